import { chmodSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { codeCache } from '../../../src/cli/code-cache.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const environment = { PIPE_CACHE_DIR: directory };
const folder = join(directory, 'code');
const code = Buffer.from('head and code');

beforeEach(() => rmSync(folder, { recursive: true, force: true }));

test('finds what was kept for the same bundle and Node, and nothing else', () => {
  expect(codeCache(environment, 'head').find()).toBeUndefined();
  codeCache(environment, 'head').keep(code);
  expect(codeCache(environment, 'head').find()).toEqual(code);
  expect(codeCache(environment, 'other').find()).toBeUndefined();
});

test.skipIf(process.platform === 'win32')('does not find code that others can write', () => {
  codeCache(environment, 'head').keep(code);
  for (const mode of [0o664, 0o646]) {
    chmodSync(join(folder, 'head'), mode);
    expect(codeCache(environment, 'head').find()).toBeUndefined();
  }
});

test('keeps code that only its owner can write, whatever the umask', () => {
  const before = process.umask(0);
  try {
    codeCache(environment, 'head').keep(code);
  } finally {
    process.umask(before);
  }
  expect(codeCache(environment, 'head').find()).toEqual(code);
});

test('replaces what is there, and keeps the eight newest', () => {
  mkdirSync(folder);
  for (let age = 0; age < 9; age += 1) {
    const path = join(folder, `older ${age}`);
    writeFileSync(path, '');
    utimesSync(path, 1000 - age, 1000 - age);
  }
  writeFileSync(join(folder, 'head'), 'altered');
  codeCache(environment, 'head').keep(code);
  expect(codeCache(environment, 'head').find()).toEqual(code);
  expect(readdirSync(folder).sort()).toEqual(['head', ...[0, 1, 2, 3, 4, 5, 6].map((age) => `older ${age}`)]);
});

test('a cache that cannot be written costs nothing but time', () => {
  writeFileSync(join(directory, 'file'), '');
  const blocked = codeCache({ PIPE_CACHE_DIR: join(directory, 'file') }, 'head');
  blocked.keep(code);
  expect(blocked.find()).toBeUndefined();
});
