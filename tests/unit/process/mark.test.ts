import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test as anywhere, expect, onTestFinished } from 'vitest';
import { endMarked, endOwnMarked, markVariable } from '../../../src/process/mark.ts';

const isLinux = process.platform === 'linux';
if (!isLinux) console.log('skipped: processes have marks that can be read only on Linux');
const test = anywhere.skipIf(!isLinux);
let serial = 0;

/** A process with a mark, which waits until it is killed. */
async function marked(): Promise<{ mark: string; child: ChildProcess; ended: Promise<unknown> }> {
  serial += 1;
  const mark = `mark-test-${process.pid}/${serial}/`;
  const child = spawn('/bin/sh', ['-c', 'echo ready; read -r line'], {
    env: { [markVariable]: mark },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  return { mark, child, ended: once(child, 'exit') };
}

/** Field 22 of proc(5): in ticks since the system's start. */
function startOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
}

const isAlive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

test('ends what this process started under a mark, and nothing under another', async () => {
  const [one, other] = [await marked(), await marked()];
  expect(endOwnMarked(one.mark)).toEqual([]);
  await one.ended;
  expect(one.child.signalCode).toBe('SIGKILL');
  expect(isAlive(other.child)).toBe(true);
});

test('ends what started at the given time or later, and leaves what is older', async () => {
  const { mark, child, ended } = await marked();
  const started = startOf(child.pid!);
  endMarked(mark, started + 1);
  // The signal would have been sent before this process answers.
  child.stdin!.write('go on\n');
  await ended;
  expect(child.exitCode).toBe(0);

  const young = await marked();
  endMarked(young.mark, startOf(young.child.pid!));
  await young.ended;
  expect(young.child.signalCode).toBe('SIGKILL');
});

test('ends the processes of another pipe process, whenever they started', async () => {
  const { mark, ended, child } = await marked();
  const session = mark.slice(0, mark.indexOf('/') + 1);
  endMarked(session);
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
});
