import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test as anywhere, expect, onTestFinished, vi } from 'vitest';
import { endMarked, endOwnMarked, markVariable } from '../../../src/process/mark.ts';

/** Changes how the status of a process is shown: see proc(5). */
const proc = vi.hoisted(() => ({ shown: (status: string) => status }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const readSync = (file: number, buffer: Buffer) =>
    buffer.write(proc.shown(buffer.toString('latin1', 0, fs.readSync(file, buffer))), 'latin1');
  return { ...fs, readSync };
});

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

/** Shows the status of a process differently once it has ended, until the end of the test. */
function showOnceEnded({ pid }: ChildProcess, change: (status: string) => string): void {
  const before = proc.shown;
  onTestFinished(() => {
    proc.shown = before;
  });
  proc.shown = (status) => (status.startsWith(`${pid} `) && status.includes(') Z ') ? change(status) : status);
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

test('waits until a killed process has ended, although it no longer shows its mark', async () => {
  const { mark, child } = await marked();
  let looks = 6;
  showOnceEnded(child, (status) => {
    looks -= 1;
    return looks > 0 ? status.replace(') Z ', ') R ') : status;
  });
  expect(endMarked(mark)).toEqual([]);
  expect(looks).toBeLessThanOrEqual(0);
});

test('does not wait for another process that got the id of a killed one', async () => {
  const { mark, child } = await marked();
  const started = startOf(child.pid!);
  showOnceEnded(child, (status) => status.replace(') Z ', ') R ').replace(` ${started} `, ` ${started + 1} `));
  expect(endMarked(mark)).toEqual([]);
});
