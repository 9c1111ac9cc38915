import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Containment, containment, uncontained } from '../../../../src/process/containment.ts';
import { type Command, Shells } from '../../../../src/stages/shell/shells.ts';
import { children, processesRunning, processesWith } from '../../../support/processes.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const folder = temporaryDirectory();
const environment = { PATH: process.env['PATH'] };
const here = await containment(process.env);
let serial = 0;

/** Both ways to end a command's processes; the first only if the system supports it. */
const ways: readonly (readonly [string, Containment])[] = [
  ...(here.namespace ? [['in a namespace', here] as const] : []),
  ['by its mark', uncontained],
];

/** Runs commands in one set of shells; `said` is their output. */
function bench(way: Containment) {
  const shells = new Shells();
  const run = (text: string, rest: Partial<Command> = {}) => {
    let said = '';
    const onOutput = (chunk: Buffer) => {
      said += chunk.toString();
    };
    serial += 1;
    const mark = `shells-test-${process.pid}/${serial}/`;
    const { ended, signalAll } = shells.run({ text, folder, environment, mark, containment: way, onOutput, ...rest });
    return { said: () => said, lines: () => said.split('\n').filter(Boolean), mark, signalAll, ended };
  };
  const outcome = async (text: string, rest?: Partial<Command>) => {
    const { lines, ended } = run(text, rest);
    return { ...(await ended), said: lines() };
  };
  return { run, outcome };
}

let waits = 0;

/** More than an hour, and different from what any other test, or another run of the tests, waits for. */
function ownSeconds(): string {
  waits += 1;
  return `${3600 + waits}.${String(process.pid).padStart(7, '0')}`;
}

test('the first way is tried here', (context) => {
  if (!here.namespace) context.skip('this system allows no process namespaces: only marks are tested');
});

describe.each(ways)('a command %s', (_way, way) => {
  test.each([
    ['its exit code', 'exit 3', { code: 3, killedBy: null, said: [] }],
    ['the signal that ended it', 'kill -KILL $$', { code: null, killedBy: 'SIGKILL', said: [] }],
    ['what it writes, on both streams', 'echo one; echo two >&2', { code: 0, killedBy: null, said: ['one', 'two'] }],
    ['a last line without an end', 'printf "no end"', { code: 0, killedBy: null, said: ['no end'] }],
    [
      'quotes, dollars and lines',
      `echo 'a"b'; x='$y'\necho "$x \\\\"`,
      { code: 0, killedBy: null, said: ['a"b', '$y \\'] },
    ],
    ['what it does to its shell', 'set -u; exec >/dev/null; cd /; exit', { code: 0, killedBy: null, said: [] }],
    ['a syntax error', 'if', { code: 2, killedBy: null, said: [expect.stringContaining('yntax error')] }],
    ['nothing on its standard input', 'cat; echo end', { code: 0, killedBy: null, said: ['end'] }],
  ])('passes on %s', async (_, text, expected) => {
    expect(await bench(way).outcome(text)).toEqual(expected);
  });

  test('finds its environment, its folder, its mark and nothing else, the second time as the first', async () => {
    const { outcome } = bench(way);
    const own = { environment: { ...environment, TEXT: "it's\ntwo lines" }, mark: 'm' };
    const first = await outcome('export LEFT=over; pwd; env', own);
    expect(await outcome('export LEFT=over; pwd; env', own)).toEqual(first);
    const names = first.said.slice(1).map((line) => line.split('=')[0]);
    // What a shell itself sets depends on the shell.
    expect(names.filter((name) => !['PWD', 'SHLVL', '_', 'two lines'].includes(name!)).sort()).toEqual([
      'LEFT',
      'PATH',
      'PIPE_STAGE',
      'TEXT',
    ]);
    expect(first.said[0]).toBe(folder);
    expect(first.said).toContain("TEXT=it's");
  });

  test('leaves nothing to the next one', async () => {
    const { outcome } = bench(way);
    await outcome('X=1; export X; cd /');
    const before = children();
    expect((await outcome('echo "${X-none}"; pwd')).said).toEqual(['none', folder]);
    // In a namespace the same shell starts it.
    if (way.namespace) expect(children()).toEqual(before);
  });

  test('that cannot have its folder says so', async () => {
    const { code, said } = await bench(way).outcome('echo no', { folder: `${folder}/gone` });
    expect({ code: code !== 0, said }).toEqual({ code: true, said: [expect.stringContaining('gone')] });
  });
});

describe.each(ways)('a signal %s', (_name, way) => {
  test('to stop reaches whatever the command has started, and the next one starts', async () => {
    const { run, outcome } = bench(way);
    const file = `${folder}/survived`;
    const { signalAll, ended, said } = run(`(sleep 0.3; echo > ${file}) & echo ready; wait`);
    while (said() === '') await sleep(5);
    signalAll('SIGTERM');
    expect(await ended).toEqual({ code: null, killedBy: 'SIGTERM' });
    await sleep(500);
    expect(existsSync(file)).toBe(false);
    expect((await outcome('echo next')).said).toEqual(['next']);
  });

  test('is waited out: a command that tidies up first does not count as ended', async () => {
    const { run } = bench(way);
    const file = `${folder}/tidied`;
    const { signalAll, ended, said } = run(
      `trap 'sleep 0.2; echo > ${file}; exit 7' TERM; echo ready; while :; do sleep 0.02; done`,
    );
    while (said() === '') await sleep(5);
    signalAll('SIGTERM');
    expect(await ended).toEqual({ code: 7, killedBy: null });
    expect(existsSync(file)).toBe(true);
  });

  test('to end at once takes the shell along; the next command has another', async () => {
    const { run, outcome } = bench(way);
    const { signalAll, ended, said } = run("trap '' TERM; echo ready; sleep 60");
    while (said() === '') await sleep(5);
    signalAll('SIGKILL');
    expect(await ended).toEqual({ code: null, killedBy: 'SIGKILL' });
    expect(await outcome('echo alive')).toEqual({ code: 0, killedBy: null, said: ['alive'] });
  });

  test('to end at once reaches what left the group and cleared its environment, while its parents live', async () => {
    const { run } = bench(way);
    const seconds = ownSeconds();
    const { signalAll, ended } = run(`setsid env -i sleep ${seconds} & while :; do sleep 0.02; done`);
    while (processesRunning(`sleep ${seconds}`).length === 0) await sleep(5);
    signalAll('SIGKILL');
    await ended;
    expect(processesWith(`sleep ${seconds}`)).toEqual([]);
  });
});

/** Each is started by a command that ends at once, and would run for an hour. */
const survivors: readonly (readonly [string, (seconds: string) => string])[] = [
  ['in the background', (seconds) => `sleep ${seconds} &`],
  ['with a session of its own', (seconds) => `setsid sleep ${seconds} &`],
  ['with a cleared environment', (seconds) => `env -i sleep ${seconds} &`],
  ['that ignores TERM', (seconds) => `(trap '' TERM; sleep ${seconds}) &`],
  ['that holds its output open', (seconds) => `exec 5>held.txt; setsid sleep ${seconds} 5>&5 &`],
  ['that goes on forking', (seconds) => `setsid sh -c 'while :; do sleep ${seconds} & sleep 0.001; done' &`],
];

describe.each(ways)('what a command leaves %s', (_name, way) => {
  test.each(survivors)('%s ends with it', async (_, leave) => {
    const seconds = ownSeconds();
    const { outcome } = bench(way);
    expect((await outcome(`${leave(seconds)} sleep 0.05; echo done`)).code).toBe(0);
    expect(processesWith(`sleep ${seconds}`)).toEqual([]);
  });

  test('writes nothing into the output of the next', async () => {
    const { outcome } = bench(way);
    await outcome('setsid sh -c "while :; do echo ghost; sleep 0.001; done" & sleep 0.05');
    expect((await outcome('sleep 0.05; echo mine')).said).toEqual(['mine']);
  });
});

test('what a command mounts, the next one does not see', async (context) => {
  if (!here.namespace) context.skip('this system allows no process namespaces');
  if (process.getuid?.() !== 0) context.skip('only root can mount');
  const { outcome } = bench(here);
  expect(await outcome('mkdir room; mount -t tmpfs none room; echo > room/own; ls room')).toMatchObject({
    said: ['own'],
  });
  expect(await outcome('ls room')).toMatchObject({ code: 0, said: [] });
});

describe('a command the system cannot take', () => {
  const { run } = bench(uncontained);
  test.each([
    ['of 140 kB', () => run(`# ${'x'.repeat(140_000)}`), 'the command is too long: 140002 bytes'],
    ['with a variable of 140 kB', () => run(':', { environment: { BIG: 'x'.repeat(140_000) } }), 'the variable BIG is'],
    [
      'with a zero byte in a variable',
      () => run(':', { environment: { Z: 'a\0b' } }),
      'the variable Z contains a zero',
    ],
    ['with a zero byte', () => run('echo \0'), 'the command contains a zero byte'],
  ])('%s is refused with a message', (_, attempt, message) => {
    expect(attempt).toThrow(message);
  });
});

test('a line without an end is passed on in pieces: 64 MiB take little memory', async () => {
  let bytes = 0;
  let largest = 0;
  const onOutput = (chunk: Buffer) => {
    bytes += chunk.length;
    largest = Math.max(largest, chunk.length);
  };
  const { ended } = bench(uncontained).run('head -c 67108864 /dev/zero', { onOutput });
  expect(await ended).toEqual({ code: 0, killedBy: null });
  expect(bytes).toBe(64 * 1024 * 1024);
  expect(largest).toBeLessThan(1024 * 1024);
});
