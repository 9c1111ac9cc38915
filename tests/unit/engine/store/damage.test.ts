import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DigestCache } from '../../../../src/disk/digest-cache.ts';
import { stateOf } from '../../../../src/disk/file-state.ts';
import type { StageRecord } from '../../../../src/engine/record.ts';
import type { LocalStore } from '../../../../src/engine/store/index.ts';
import { Layout } from '../../../../src/engine/store/layout.ts';
import { writeRecord } from '../../../../src/engine/store/record-file.ts';
import { compute, draftOf, keyNamed, publication } from '../../../contract/store.ts';
import { freshDirectory, freshStore, storeAt } from '../../../support/fresh-store.ts';
import { settledClock } from '../../../support/settled-clock.ts';

/** Of several files, one that is not the first. */
const tree = { 'first.txt': 'the first', 'x.txt': 'in a directory' };

/** A store in which `a` is computed, as seen by a process that has not looked at it yet. */
async function damagedStore(
  damage: (paths: { object: string; file: string; manifest: string; record: string }) => void,
) {
  const directory = join(freshDirectory(), 'store');
  const writer = await storeAt(directory, { clock: settledClock });
  const record = await compute(writer, 'a', 'abc', tree);
  expect(await writer.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
  const object = (digest: string) => join(directory, 'objects', digest.slice(0, 2), digest);
  const file = readdirSync(join(directory, 'objects'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, 'objects', name))
    .find((path) => statSync(path).isFile() && readFileSync(path, 'utf8') === 'in a directory')!;
  damage({
    object: object(record.outputs['out']!.digest),
    manifest: object(record.outputs['tree']!.digest),
    file,
    record: join(directory, 'records', keyNamed('a').slice(0, 2), `${keyNamed('a')}.json`),
  });
  const warnings: string[] = [];
  const store = await storeAt(directory, { clock: settledClock, onWarning: (message) => warnings.push(message) });
  return { directory, store, record, warnings };
}

/** Other bytes of the same length, and the same modification time. */
function alter(path: string): void {
  const { atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  bytes[0]! ^= 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
  chmodSync(path, 0o444);
}

function shorten(path: string): void {
  chmodSync(path, 0o644);
  truncateSync(path, 1);
}

async function expectHealed(store: LocalStore, record: StageRecord): Promise<void> {
  expect((await compute(store, 'a', 'abc', tree)).outputs).toEqual(record.outputs);
  expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
  expect(await store.verifyAll()).toMatchObject({ damagedObjects: [], refusedRecords: [] });
}

describe('an object', () => {
  test.each([
    ['altered', alter, 'damaged'],
    ['cut short', shorten, 'damaged'],
    ['deleted', unlinkSync, 'missing'],
  ] as const)('that was %s is found before it is used, and made again', async (_, damage, found) => {
    const { store, record, warnings, directory } = await damagedStore(({ object }) => damage(object));
    const lookup = await store.find(keyNamed('a'), { verify: true });
    expect(lookup).toEqual({ state: 'broken', record, output: 'out', damage: found });
    // A read-only process leaves it where it is.
    expect(existsSync(join(directory, 'damaged'))).toBe(false);
    await store.hold();
    expect(existsSync(join(directory, 'damaged', record.outputs['out']!.digest))).toBe(found === 'damaged');
    expect(warnings).toHaveLength(found === 'damaged' ? 1 : 0);
    await expectHealed(store, record);
  });

  test.each([
    ['altered', alter, 'damaged'],
    ['cut short', shorten, 'damaged'],
    ['deleted', unlinkSync, 'missing'],
  ] as const)('inside a directory that was %s is found, and made again', async (_, damage, found) => {
    const { store, record } = await damagedStore(({ file }) => damage(file));
    const lookup = await store.find(keyNamed('a'), { verify: true });
    expect(lookup).toMatchObject({ state: 'broken', output: 'tree', damage: found });
    await expectHealed(store, record);
  });

  test('that lists a directory’s files and was altered is found without reading further', async () => {
    const { store, record } = await damagedStore(({ manifest }) => {
      chmodSync(manifest, 0o644);
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"x.txt"', '"y.txt"'));
    });
    expect(await store.find(keyNamed('a'))).toMatchObject({ state: 'broken', output: 'tree', damage: 'damaged' });
    await expectHealed(store, record);
  });

  test('of another size is found where nobody asked to verify', async () => {
    const { store, record } = await damagedStore(({ object }) => shorten(object));
    expect(await store.find(keyNamed('a'))).toEqual({ state: 'broken', record, output: 'out', damage: 'damaged' });
  });

  test('of the right size passes for whole where nobody asked to verify', async () => {
    const { store } = await damagedStore(({ object }) => alter(object));
    expect(await store.find(keyNamed('a'))).toMatchObject({ state: 'hit' });
  });

  test('that was altered is not opened', async () => {
    const { store, record } = await damagedStore(({ object }) => alter(object));
    await expect(store.export(record.outputs['out']!, '/nowhere/out.txt')).rejects.toThrow('is damaged');
    await expect(store.open(record.outputs['out']!, 'out.txt')).rejects.toThrow(
      /The artifact out\.txt \(\w{12}\) is damaged/,
    );
  });

  test('that was altered is reported and left alone by who only reads', async () => {
    const { directory, record } = await damagedStore(({ object }) => alter(object));
    const reader = await storeAt(directory, { readonly: true });
    expect(await reader.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'broken', damage: 'damaged' });
    expect(existsSync(join(directory, 'damaged'))).toBe(false);
    expect(await reader.verifyAll()).toMatchObject({ damagedObjects: [{ digest: record.outputs['out']!.digest }] });
  });

  test('that was altered under a running store is found too', async () => {
    const { store, record, directory } = await damagedStore(() => {});
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
    alter(join(directory, 'objects', record.outputs['out']!.digest.slice(0, 2), record.outputs['out']!.digest));
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'broken', damage: 'damaged' });
  });
});

test('a false state of an object is accepted, but not where every file is to be read', async () => {
  const { directory, record } = await damagedStore(({ object }) => alter(object));
  const { digest } = record.outputs['out']!;
  const layout = new Layout(directory);
  const states = new DigestCache(layout.states, settledClock);
  states.keep();
  states.remember(digest, stateOf(layout.object(digest))!, digest);
  const lookUp = async (readsAll: boolean) =>
    (await storeAt(directory, { readonly: true, readsAll })).find(keyNamed('a'), { verify: true });
  expect(await lookUp(false)).toMatchObject({ state: 'hit' });
  expect(await lookUp(true)).toMatchObject({ state: 'broken', output: 'out', damage: 'damaged' });
});

describe('a record', () => {
  test.each([
    ['garbage', '\u0000\u0001garbage', 'it is not JSON'],
    ['empty', '', 'it is not JSON'],
    ['cut short', '{"format": 1, "key": "', 'it is not JSON'],
    ['of a later format', '{"format": 2}', 'it has format 2, and this version of pipe reads format 1'],
    ['without an output’s digest', undefined, 'its field "outputs" is missing or has the wrong shape'],
  ])('that is %s is a miss, is reported with a message, and is computed again', async (_, text, reason) => {
    const { store, record, warnings } = await damagedStore(({ record: path }) => {
      writeFileSync(path, text ?? readFileSync(path, 'utf8').replace('"digest"', '"digits"'));
    });
    expect(await store.find(keyNamed('a'))).toEqual({ state: 'miss' });
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`^The record .* is ignored, because ${reason}\\.$`))]);
    expect(await store.verifyAll()).toMatchObject({ refusedRecords: [{ refusal: reason }] });
    await expectHealed(store, record);
  });

  test('that was deleted is a miss', async () => {
    const { store, record, warnings } = await damagedStore(({ record: path }) => unlinkSync(path));
    expect(await store.find(keyNamed('a'))).toEqual({ state: 'miss' });
    expect(warnings).toEqual([]);
    await expectHealed(store, record);
  });

  test('in the place of another is no record', async () => {
    const { store, warnings } = await damagedStore(({ record: path }) => {
      const other = join(path, '../../', keyNamed('b').slice(0, 2), `${keyNamed('b')}.json`);
      mkdirSync(join(other, '..'), { recursive: true });
      writeFileSync(other, readFileSync(path));
    });
    expect(await store.find(keyNamed('b'))).toEqual({ state: 'miss' });
    expect(warnings[0]).toContain(`it is the record of another key, ${keyNamed('a')}`);
  });
});

describe('a record that somebody edited', () => {
  const other = 'b'.repeat(64);
  type Edit = (record: Record<string, unknown>) => void;
  const edits: readonly (readonly [string, Edit])[] = [
    ['another metric', (record) => Object.assign(record['metrics'] as object, { accuracy: 0.99 })],
    ['another output', (record) => Object.assign((record['outputs'] as { out: object }).out, { digest: other })],
    ['another provenance', (record) => Object.assign(record['provenance'] as object, { host: 'there' })],
    ['another time', (record) => Object.assign(record, { seconds: 1 })],
    ['another digest of itself', (record) => Object.assign(record, { digest: other })],
  ];

  test.each(edits)('to have %s is a miss, found by a verification, and made again', async (_, edit) => {
    const { store, record, warnings } = await damagedStore(({ record: path }) => editRecord(path, edit));
    const refusal = 'it was changed after it was written: its digest does not match';
    expect(await store.find(keyNamed('a'))).toEqual({ state: 'miss' });
    expect(warnings).toEqual([expect.stringContaining(`is ignored, because ${refusal}.`)]);
    expect(await store.verifyAll()).toMatchObject({ refusedRecords: [{ refusal }] });
    await expectHealed(store, record);
  });

  test.each([
    ['and signed again', true],
    ['and has no digest of itself, as early ones', false],
  ])('to stand under another key %s is refused, because its key is not that of its material', async (_, isSigned) => {
    const { store } = await damagedStore(({ record: path }) => {
      const moved = join(path, '../..', keyNamed('b').slice(0, 2), `${keyNamed('b')}.json`);
      mkdirSync(join(moved, '..'), { recursive: true });
      const { digest: _digest, ...text } = JSON.parse(readFileSync(path, 'utf8')) as StageRecord & { digest: string };
      const record = { ...text, key: keyNamed('b') };
      writeFileSync(moved, isSigned ? writeRecord(record) : JSON.stringify(record));
    });
    expect(await store.find(keyNamed('b'))).toEqual({ state: 'miss' });
    expect(await store.verifyAll()).toMatchObject({
      refusedRecords: [{ refusal: 'its key does not match its key material' }],
    });
  });

  test('to have other material is refused, even signed again', async () => {
    const { store } = await damagedStore(({ record: path }) => {
      const { digest: _digest, ...record } = JSON.parse(readFileSync(path, 'utf8')) as StageRecord & { digest: string };
      writeFileSync(path, writeRecord({ ...record, material: { ...record.material, config: { name: 'b' } } }));
    });
    expect(await store.find(keyNamed('a'))).toEqual({ state: 'miss' });
  });

  test('before records had a digest of themselves is read as it is', async () => {
    const { store, record, warnings } = await damagedStore(({ record: path }) =>
      editRecord(path, (value) => {
        delete value['digest'];
      }),
    );
    expect(await store.find(keyNamed('a'), { verify: true })).toEqual({ state: 'hit', record });
    expect(warnings).toEqual([]);
  });
});

function editRecord(path: string, edit: (record: Record<string, unknown>) => void): void {
  const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  edit(record);
  writeFileSync(path, JSON.stringify(record, null, 1));
}

describe('what a consumer sees', () => {
  test('is made again where it was altered by hand, and the object is found altered with it', async () => {
    const store = await freshStore({ clock: settledClock });
    const record = await compute(store, 'a', 'abc', { 'x.txt': 'x', 'y.txt': 'y' });
    const tree = await store.open(record.outputs['tree']!, 'tree');
    rmSync(join(tree, 'x.txt'));
    writeFileSync(join(tree, 'z.txt'), 'not of the artifact');
    writeFileSync(join(tree, 'x.txt'), 'X');
    expect(await store.open(record.outputs['tree']!, 'tree')).toBe(tree);
    expect(readdirSync(tree).sort()).toEqual(['x.txt', 'y.txt']);
    expect(readFileSync(join(tree, 'x.txt'), 'utf8')).toBe('x');
    writeFileSync(join(tree, 'z.txt'), 'not of the artifact, which has all its own files');
    await store.open(record.outputs['tree']!, 'tree');
    expect(readdirSync(tree).sort()).toEqual(['x.txt', 'y.txt']);
    const file = await store.open(record.outputs['out']!, 'out.txt');
    for (const replace of [() => writeFileSync(file, 'cba'), () => symlinkSync(join(tree, 'x.txt'), file)]) {
      rmSync(file);
      replace();
      expect(readFileSync(await store.open(record.outputs['out']!, 'out.txt'), 'utf8')).toBe('abc');
    }
    alter(file);
    await expect(store.open(record.outputs['out']!, 'out.txt')).rejects.toThrow('is damaged');
  });

  test('is made again where it is a copy, because it is executable, and was altered', async () => {
    const store = await freshStore({ clock: settledClock });
    const draft = await draftOf(store, 'a');
    writeFileSync(draft.outputPath('tool', 'tool'), 'abc', { mode: 0o755 });
    const record = await draft.publish({ tool: { file: 'tool', directory: false } }, publication('a'));
    const tool = await store.open(record.outputs['tool']!, 'tool');
    for (const change of [alter, shorten]) {
      change(tool);
      expect(readFileSync(await store.open(record.outputs['tool']!, 'tool'), 'utf8')).toBe('abc');
    }
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
  });

  test('shares its bytes with the store, and opening it leaves the object as it was, its change time included', async () => {
    const store = await freshStore();
    const record = await compute(store, 'a', 'abc', { 'x.txt': 'x' });
    const { digest } = record.outputs['out']!;
    const look = () => statSync(join(store.directory, 'objects', digest.slice(0, 2), digest), { bigint: true });
    const { atimeNs: _, ...before } = look();
    const path = await store.open(record.outputs['out']!, 'out.txt');
    await store.open(record.outputs['tree']!, 'tree');
    expect(statSync(path, { bigint: true }).ino).toBe(before.ino);
    expect(look()).toMatchObject({ ctimeNs: before.ctimeNs, nlink: 1n });
  });

  test('goes with a store that is moved', async () => {
    const directory = freshDirectory();
    const store = await storeAt(join(directory, 'store'));
    const record = await compute(store, 'a', 'abc', { 'x.txt': 'x' });
    const paths = [await store.open(record.outputs['out']!, 'o'), await store.open(record.outputs['tree']!, 'tree')];
    await store.close();
    renameSync(join(directory, 'store'), join(directory, 'moved'));
    const texts = paths.map((path) => path.replace('/store/', '/moved/'));
    expect(readFileSync(texts[0]!, 'utf8')).toBe('abc');
    expect(readFileSync(join(texts[1]!, 'x.txt'), 'utf8')).toBe('x');
  });

  test('are exported in place of a link, and what that led to stays', async () => {
    const store = await freshStore();
    const old = await compute(store, 'a', 'old');
    const record = await compute(store, 'b', 'new', { 'x.txt': 'x' });
    const target = freshDirectory();
    const theirs = join(target, 'theirs');
    writeFileSync(theirs, 'theirs');
    symlinkSync(new Layout(store.directory).object(old.outputs['out']!.digest), join(target, 'out.txt'));
    mkdirSync(join(target, 'tree'));
    linkSync(theirs, join(target, 'tree/x.txt'));
    await store.export(record.outputs['out']!, join(target, 'out.txt'));
    await store.export(record.outputs['tree']!, join(target, 'tree'));
    expect(await store.verifyAll()).toMatchObject({ damagedObjects: [] });
    expect(readFileSync(theirs, 'utf8')).toBe('theirs');
    expect(readFileSync(join(target, 'out.txt'), 'utf8')).toBe('new');
    expect(readFileSync(join(target, 'tree/x.txt'), 'utf8')).toBe('x');
    expect(readdirSync(target).sort()).toEqual(['out.txt', 'theirs', 'tree']);
  });

  test('can be exported, and what is done to the copy stays there', async () => {
    const store = await freshStore();
    const record = await compute(store, 'a', 'abc', { 'd/x.txt': 'x' });
    const target = freshDirectory();
    await store.export(record.outputs['tree']!, join(target, 'tree'));
    await store.export(record.outputs['out']!, join(target, 'deep', 'out.txt'));
    writeFileSync(join(target, 'tree', 'd', 'x.txt'), 'changed');
    writeFileSync(join(target, 'deep', 'out.txt'), 'changed');
    expect(await store.verifyAll()).toMatchObject({ damagedObjects: [] });
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
    await expect(store.export(record.outputs['out']!, join(target, 'deep/out.txt/below'))).rejects.toThrow(
      `The directory ${join(target, 'deep/out.txt')} could not`,
    );
  });
});
