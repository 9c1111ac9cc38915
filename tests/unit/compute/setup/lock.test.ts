import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Holder, withLock } from '../../../../src/compute/setup/lock.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();
const unwaiting = {
  onWait: () => {
    throw new Error('it should not have waited');
  },
};

function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

function writeLock(path: string, holder: Holder, age = 0): void {
  writeFileSync(path, JSON.stringify(holder));
  const touched = new Date(Date.now() - age);
  utimesSync(path, touched, touched);
}

test('of several that want it one works at a time, and the lock is gone afterwards', async () => {
  const path = join(directory, 'a.lock');
  let working = 0;
  let most = 0;
  let waited = 0;
  const work = async () => {
    working++;
    most = Math.max(most, working);
    await new Promise(setImmediate);
    working--;
  };
  const onWait = () => {
    waited++;
  };
  await Promise.all([1, 2, 3].map(() => withLock(path, { onWait }, work)));
  expect(most).toBe(1);
  expect(waited).toBeGreaterThan(0);
  expect(existsSync(path)).toBe(false);
});

test('the lock of a process that died is taken over at once', async () => {
  const path = join(directory, 'b.lock');
  writeLock(path, { process: deadProcess(), host: hostname() });
  expect(await withLock(path, unwaiting, async () => readFileSync(path, 'utf8'))).toContain(`${process.pid}`);
  expect(existsSync(path)).toBe(false);
});

test('the lock of another machine is taken over once it has been silent for long', async () => {
  const path = join(directory, 'c.lock');
  writeLock(path, { process: process.pid, host: 'another-machine' }, 10 * 60_000);
  expect(await withLock(path, unwaiting, async () => 'worked')).toBe('worked');
});

test('the lock of a living holder is waited for, who it is said once, and an abort ends the wait', async () => {
  const path = join(directory, 'd.lock');
  const holder = { process: 1, host: 'another-machine' };
  writeLock(path, holder);
  const abort = new AbortController();
  const heard: (Holder | undefined)[] = [];
  const onWait = (found: Holder | undefined) => {
    heard.push(found);
    abort.abort(new Error('enough'));
  };
  await expect(withLock(path, { onWait, signal: abort.signal }, async () => 'worked')).rejects.toThrowError();
  expect(heard).toEqual([holder]);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(holder);
});

test('work that fails frees the lock', async () => {
  const path = join(directory, 'e.lock');
  const work = () => Promise.reject(new Error('no luck'));
  await expect(withLock(path, unwaiting, work)).rejects.toThrowError('no luck');
  expect(existsSync(path)).toBe(false);
});
