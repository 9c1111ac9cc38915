import { appendFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DigestCache } from '../../../src/disk/digest-cache.ts';
import { systemClock } from '../../../src/engine/clock.ts';
import { freshDirectory } from '../../support/fresh-store.ts';
import { settledClock } from '../../support/settled-clock.ts';

/** What the table says a file's digest is, so that a test can tell remembering from reading. */
const FALSE_DIGEST = 'f'.repeat(64);

describe('the table of file states', () => {
  const file = { text: '1 2 3 4', bytes: 1, inode: 4n, isRegular: true, changed: 0 };
  const open = (directory: string) => {
    const cache = new DigestCache(directory, settledClock);
    cache.keep();
    return cache;
  };

  test('passes over lines that a crash has torn', () => {
    const directory = freshDirectory();
    open(directory).remember('name', file, FALSE_DIGEST);
    const [shard] = readdirSync(directory);
    appendFileSync(join(directory, shard!), `${'0'.repeat(64)} 1 2 3 4 "na`);
    expect(open(directory).find('name', file)).toBe(FALSE_DIGEST);
    appendFileSync(join(directory, shard!), `\n${'0'.repeat(64)} 1 2 3 4 "\\x"\ngarbage\n`);
    expect(open(directory).find('name', file)).toBe(FALSE_DIGEST);
  });

  test('is pruned of files that nobody wants and of what was replaced', () => {
    const directory = freshDirectory();
    for (const name of ['gone', 'here', 'here']) open(directory).remember(name, file, FALSE_DIGEST);
    open(directory).prune(join(directory, 'temporary'), (name) => name === 'here');
    expect(open(directory).find('gone', file)).toBeUndefined();
    expect(open(directory).find('here', file)).toBe(FALSE_DIGEST);
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
    const states = new DigestCache(directory, systemClock);
    states.keep();
    states.remember('name', { ...file, changed: systemClock.now() }, FALSE_DIGEST);
    expect(states.find('name', { ...file, changed: systemClock.now() })).toBe(FALSE_DIGEST);
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

  test('is written once it is told to keep what it knows, with what it learnt before', () => {
    const directory = freshDirectory();
    const cache = new DigestCache(directory, settledClock);
    cache.remember('before', file, FALSE_DIGEST);
    expect(cache.find('before', file)).toBe(FALSE_DIGEST);
    expect(readdirSync(directory)).toEqual([]);
    cache.keep();
    cache.remember('after', file, FALSE_DIGEST);
    for (const name of ['before', 'after']) expect(open(directory).find(name, file)).toBe(FALSE_DIGEST);
  });

  test('is not accepted where every file is to be read', () => {
    const directory = freshDirectory();
    open(directory).remember('name', file, FALSE_DIGEST);
    const distrustful = new DigestCache(directory, { ...settledClock, readsAll: true });
    expect(distrustful.find('name', file)).toBeUndefined();
  });
});
