import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from '../../../../src/compute/setup/lock.ts';
import { type ProcessIdentity, thisProcess } from '../../../../src/disk/process-identity.ts';
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

/** This process, as it is named in another container: host name and pid are the same, the pid namespace is not. */
const inContainer = { ...thisProcess(), host: `${thisProcess().host}0` };

function writeLock(path: string, holder: ProcessIdentity, age = 0): void {
  writeFileSync(path, JSON.stringify({ process: holder, claim: 'another' }));
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
  writeLock(path, { ...thisProcess(), pid: deadProcess() });
  expect(await withLock(path, unwaiting, async () => readFileSync(path, 'utf8'))).toContain(`${process.pid}`);
  expect(existsSync(path)).toBe(false);
});

test('the lock of a process whose number was used again is taken over at once', async () => {
  const path = join(directory, 'f.lock');
  writeLock(path, { ...thisProcess(), startTime: '1' });
  expect(await withLock(path, unwaiting, async () => 'worked')).toBe('worked');
});

test.each([
  ['another container', inContainer],
  ['another machine', { ...thisProcess(), host: 'another-machine' }],
  ['another container in which no process has that number here', { ...inContainer, pid: 2 ** 22 + 1 }],
])('the lock of %s is not taken by what lives or died under its number here', async (_, holder) => {
  const path = join(directory, 'g.lock');
  writeLock(path, holder);
  const abort = new AbortController();
  const onWait = () => abort.abort(new Error('it waited'));
  await expect(withLock(path, { onWait, signal: abort.signal }, async () => 'worked')).rejects.toThrow();
  writeLock(path, holder, 10 * 60_000);
  expect(await withLock(path, unwaiting, async () => 'worked')).toBe('worked');
});

test.each(['', 'null', '{}', '{"process":17,"host":"here"}', 'garbage'])(
  'a lock that holds %j is waited for while it is fresh, and taken over later',
  async (content) => {
    const path = join(directory, 'h.lock');
    writeFileSync(path, content);
    const abort = new AbortController();
    const onWait = (holder: unknown) => abort.abort(new Error(`waited for ${String(holder)}`));
    await expect(withLock(path, { onWait, signal: abort.signal }, async () => 'worked')).rejects.toThrow();
    utimesSync(path, 1, 1);
    expect(await withLock(path, unwaiting, async () => 'worked')).toBe('worked');
  },
);

test('the lock of another machine is taken over once it has been silent for long', async () => {
  const path = join(directory, 'c.lock');
  writeLock(path, { ...thisProcess(), host: 'another-machine' }, 10 * 60_000);
  expect(await withLock(path, unwaiting, async () => 'worked')).toBe('worked');
});

test('the lock of a living holder is waited for, who it is said once, and an abort ends the wait', async () => {
  const path = join(directory, 'd.lock');
  const holder = { ...thisProcess(), host: 'another-machine' };
  writeLock(path, holder);
  const abort = new AbortController();
  const heard: (ProcessIdentity | undefined)[] = [];
  const onWait = (found: ProcessIdentity | undefined) => {
    heard.push(found);
    abort.abort(new Error('enough'));
  };
  await expect(withLock(path, { onWait, signal: abort.signal }, async () => 'worked')).rejects.toThrowError();
  expect(heard).toEqual([holder]);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ process: holder });
});

test('work that fails frees the lock', async () => {
  const path = join(directory, 'e.lock');
  const work = () => Promise.reject(new Error('no luck'));
  await expect(withLock(path, unwaiting, work)).rejects.toThrowError('no luck');
  expect(existsSync(path)).toBe(false);
});
