import {
  appendFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { DigestCache } from '../../../../src/engine/store/digest-cache.ts';
import { stateOf } from '../../../../src/engine/store/file-state.ts';
import { sha256 } from '../../../../src/engine/store/sha256.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { freshDirectory, storeAt } from '../../../support/fresh-store.ts';
import { settledClock } from '../../../support/settled-clock.ts';

/** What the table says a file's digest is, so that a test can tell remembering from reading. */
const FALSE_DIGEST = 'f'.repeat(64);

/** A file whose digest is remembered wrongly, in a store that `storeAt` opens. */
function misremembered(clock = settledClock) {
  const directory = freshDirectory();
  const file = join(directory, 'input "1".csv');
  writeFileSync(file, 'abc');
  const store = join(directory, 'store');
  const states = new DigestCache(join(store, 'states'), { writable: true, clock });
  states.remember(file, stateOf(file)!, FALSE_DIGEST);
  return { file, store };
}

describe('the digest of a file outside the store', () => {
  test('is the sha256 of its bytes, small or large', async () => {
    const directory = freshDirectory();
    const store = await storeAt(join(directory, 'store'));
    for (const bytes of [0, 1, 256 * 1024, 256 * 1024 + 1, 4 * 1024 * 1024, 9_000_001]) {
      const content = Buffer.alloc(bytes, 'some bytes, ');
      writeFileSync(join(directory, 'file'), content);
      expect(await store.digest(join(directory, 'file'))).toBe(sha256(content));
    }
  });

  test('is remembered by later processes, without reading the file', async () => {
    const { file, store } = misremembered();
    expect(await (await storeAt(store)).digest(file)).toBe(FALSE_DIGEST);
    expect(await (await storeAt(store, { readonly: true })).digest(file)).toBe(FALSE_DIGEST);
  });

  test('is not remembered where the file was written a moment ago, and may be again without its times showing it', async () => {
    const { file, store } = misremembered(systemClock);
    expect(await (await storeAt(store)).digest(file)).toBe(sha256('abc'));
  });

  test.each([
    ['written to', (file: string) => writeFileSync(file, 'abd')],
    ['touched', (file: string) => utimesSync(file, 1, 1)],
    [
      'replaced by another with the same times',
      (file: string) => {
        const { atime, mtime } = statSync(file);
        writeFileSync(`${file}.new`, 'abd');
        utimesSync(`${file}.new`, atime, mtime);
        renameSync(`${file}.new`, file);
      },
    ],
  ])('is computed again when the file was %s', async (_, change) => {
    const { file, store } = misremembered();
    change(file);
    const digest = await (await storeAt(store)).digest(file);
    expect(digest).not.toBe(FALSE_DIGEST);
    expect([sha256('abc'), sha256('abd')]).toContain(digest);
  });

  test('that a link leads to is that of the file', async () => {
    const { file, store } = misremembered();
    const link = join(freshDirectory(), 'link');
    symlinkSync(file, link);
    expect(await (await storeAt(store)).digest(link)).toBe(sha256('abc'));
  });

  test('is refused with a sentence where there is no file to read', async () => {
    const directory = freshDirectory();
    const store = await storeAt(join(directory, 'store'));
    const missing = store.digest(join(directory, 'missing'));
    await expect(missing).rejects.toThrow(`There is no file ${join(directory, 'missing')}.`);
    await expect(missing).rejects.toBeInstanceOf(EnvironmentError);
    await expect(store.digest(directory)).rejects.toThrow(`${directory} is a directory, not a file.`);
  });

  test('does not need a store that can be written, or is there', async () => {
    const { file } = misremembered();
    const store = join(freshDirectory(), 'nowhere');
    expect(await (await storeAt(store, { readonly: true })).digest(file)).toBe(sha256('abc'));
    expect(readdirSync(join(store, '..'))).toEqual([]);
  });
});

describe('the table of file states', () => {
  const file = { text: '1 2 3 4', bytes: 1, inode: 4n, changed: 0 };
  const open = (directory: string) => new DigestCache(directory, { writable: true, clock: settledClock });

  test('passes over lines that a crash has torn', () => {
    const directory = freshDirectory();
    open(directory).remember('name', file, FALSE_DIGEST);
    const [shard] = readdirSync(directory);
    appendFileSync(join(directory, shard!), `${'0'.repeat(64)} 1 2 3 4 "na`);
    expect(open(directory).known('name', file)).toBe(FALSE_DIGEST);
    appendFileSync(join(directory, shard!), `\n${'0'.repeat(64)} 1 2 3 4 "\\x"\ngarbage\n`);
    expect(open(directory).known('name', file)).toBe(FALSE_DIGEST);
  });

  test('is pruned of files that nobody wants and of what was replaced', () => {
    const directory = freshDirectory();
    for (const name of ['gone', 'here', 'here']) open(directory).remember(name, file, FALSE_DIGEST);
    open(directory).prune(join(directory, 'temporary'), (name) => name === 'here');
    expect(open(directory).known('gone', file)).toBeUndefined();
    expect(open(directory).known('here', file)).toBe(FALSE_DIGEST);
    const sizes = readdirSync(directory).map((shard) => statSync(join(directory, shard)).size);
    expect(sizes.filter((size) => size > 0)).toEqual([64 + ' 1 2 3 4 "here"\n'.length]);
  });

  test('spreads over many files, so that no write costs more for a larger store', () => {
    const directory = freshDirectory();
    const states = open(directory);
    for (let index = 0; index < 2000; index += 1) states.remember(`name ${index}`, file, FALSE_DIGEST);
    const sizes = readdirSync(directory).map((shard) => statSync(join(directory, shard)).size);
    expect(sizes.length).toBeGreaterThan(250);
    expect(Math.max(...sizes)).toBeLessThan(4096);
  });

  test('keeps what was written a moment ago for its own process', () => {
    const directory = freshDirectory();
    const states = new DigestCache(directory, { writable: true, clock: systemClock });
    states.remember('name', { ...file, changed: systemClock.now() }, FALSE_DIGEST);
    expect(states.known('name', { ...file, changed: systemClock.now() })).toBe(FALSE_DIGEST);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is made where it was removed', () => {
    const directory = join(freshDirectory(), 'states');
    const states = open(directory);
    states.remember('name', file, FALSE_DIGEST);
    rmSync(directory, { recursive: true });
    states.remember('name', file, FALSE_DIGEST);
    expect(readdirSync(directory)).toHaveLength(1);
  });
});
