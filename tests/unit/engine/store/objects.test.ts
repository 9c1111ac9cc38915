import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { DigestCache } from '../../../../src/disk/digest-cache.ts';
import { sha256 } from '../../../../src/disk/sha256.ts';
import { Layout } from '../../../../src/engine/store/layout.ts';
import { manifestText, parseManifest } from '../../../../src/engine/store/manifest.ts';
import { ObjectFiles } from '../../../../src/engine/store/objects.ts';
import { freshDirectory } from '../../../support/fresh-store.ts';
import { settledClock } from '../../../support/settled-clock.ts';

const content = 'content';
const digest = sha256(content);

function newObjects() {
  const layout = new Layout(freshDirectory());
  const objects = new ObjectFiles(layout, new DigestCache(layout.states, settledClock));
  const draft = (text: string) => {
    const path = join(layout.root, 'draft');
    writeFileSync(path, text);
    return path;
  };
  return { objects, draft };
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

test('a placed object is read-only, and known without being read', async () => {
  const { objects, draft } = newObjects();
  objects.place(draft(content), digest);
  expect(statSync(objects.path(digest)).mode & 0o777).toBe(0o444);
  expect(objects.list()).toEqual([digest]);
  expect(await objects.check(digest, content.length, { verify: true })).toBeUndefined();
});

test('a whole object replaces a damaged one', async () => {
  const { objects, draft } = newObjects();
  put(objects.path(digest), 'damaged');
  objects.place(draft(content), digest);
  expect(await objects.read(digest)).toBeUndefined();
});

test('an object is known to be whole once it is placed, until it changes', () => {
  const { objects, draft } = newObjects();
  expect(objects.isWhole(digest)).toBe(false);
  objects.place(draft(content), digest);
  expect(objects.isWhole(digest)).toBe(true);
  put(objects.path(digest), 'damaged');
  expect(objects.isWhole(digest)).toBe(false);
});

test.each(['setAside', 'remove'] as const)('a whole object that replaced a damaged one survives %s', async (mend) => {
  const { objects } = newObjects();
  put(objects.path(digest), 'damaged');
  const finding = await objects.read(digest);
  expect(finding).toMatchObject({ damage: 'damaged' });
  put(objects.path(digest), content);
  objects[mend](finding!);
  expect(readFileSync(objects.path(digest), 'utf8')).toBe(content);
});

test('a change that keeps size and modification time is seen', async () => {
  const { objects, draft } = newObjects();
  const path = draft(content);
  utimesSync(path, 1000, 1000);
  objects.place(path, digest);
  chmodSync(objects.path(digest), 0o644);
  writeFileSync(objects.path(digest), 'CONTENT');
  utimesSync(objects.path(digest), 1000, 1000);
  expect(await objects.check(digest, content.length, { verify: true })).toMatchObject({ damage: 'damaged' });
});

test('the manifest of a directory is one text, whatever the order its files were found in', () => {
  const files = [
    { path: 'b', digest: 'b'.repeat(64), bytes: 2, executable: true },
    { path: 'B/ä', digest: 'a'.repeat(64), bytes: 0, executable: false },
  ];
  const text = manifestText(files);
  expect(manifestText(files.toReversed())).toBe(text);
  expect(text).toBe(
    `{"files":[{"bytes":0,"digest":"${'a'.repeat(64)}","executable":false,"path":"B/ä"},{"bytes":2,"digest":"${'b'.repeat(64)}","executable":true,"path":"b"}],"format":1}`,
  );
  expect(sha256(text)).toBe('cbaa23633a04ec34fd1461b76978369565ac6965a88c0a28eaa6b6ccd7092c02');
  expect(parseManifest(text)).toEqual(files.toReversed());
});

test.each(['', '[]', '{"format":2,"files":[]}', '{"format":1,"files":[{"path":"../x"}]}'])(
  '%j is no manifest',
  (text) => {
    expect(parseManifest(text)).toBeUndefined();
  },
);

test.each(['../x', 'A'.repeat(64), `${digest}0`])('no manifest leads to an object named %j', (name) => {
  const text = manifestText([{ path: 'x', digest: name, bytes: 1, executable: false }]);
  expect(parseManifest(text)).toBeUndefined();
});

test.each(['../x', '/x', 'a//b', 'a/./b', ''])('no manifest leads to %j', (path) => {
  const text = manifestText([{ path, digest, bytes: 1, executable: false }]);
  expect(parseManifest(text)).toBeUndefined();
});
