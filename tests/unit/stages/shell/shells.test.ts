import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Command, Shells } from '../../../../src/stages/shell/shells.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const folder = temporaryDirectory();
const environment = { PATH: process.env['PATH'] };

/** Runs commands of one set of shells; `said` are the lines, `pids` the shells that started them. */
function bench() {
  const shells = new Shells();
  const run = (text: string, rest: Partial<Command> = {}) => {
    const said: string[] = [];
    const command = { text, folder, environment, onLine: (line: string) => void said.push(line), ...rest };
    const { ended, signalAll } = shells.run(command);
    return { said, signalAll, ended };
  };
  const outcome = async (text: string, rest?: Partial<Command>) => {
    const { said, ended } = run(text, rest);
    return { ...(await ended), said: said.filter((line) => line !== '') };
  };
  return { run, outcome };
}

describe('a command', () => {
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
    expect(await bench().outcome(text)).toEqual(expected);
  });

  test('finds its environment, its folder and nothing else, the second time as the first', async () => {
    const { outcome } = bench();
    const own = { environment: { ...environment, TEXT: "it's" } };
    const first = await outcome('export LEFT=over; pwd; env', own);
    expect(await outcome('export LEFT=over; pwd; env', own)).toEqual(first);
    const names = first.said.slice(1).map((line) => line.split('=')[0]);
    // What a shell itself sets depends on the shell.
    expect(names.filter((name) => !['PWD', 'SHLVL', '_'].includes(name!)).sort()).toEqual(['LEFT', 'PATH', 'TEXT']);
    expect(first.said[0]).toBe(folder);
    expect(first.said).toContain("TEXT=it's");
  });

  test('leaves nothing to the next one, which the same shell starts', async () => {
    const { outcome } = bench();
    const [first] = (await outcome('echo $PPID; X=1; export X; cd /')).said;
    expect((await outcome('echo $PPID; echo "${X-none}"; pwd')).said).toEqual([first, 'none', folder]);
    expect((await outcome('echo $PPID', { environment: { ...environment, OTHER: '1' } })).said).not.toEqual([first]);
  });

  test('that cannot have its folder says so', async () => {
    const { code, said } = await bench().outcome('echo no', { folder: `${folder}/gone` });
    expect({ code: code !== 0, said }).toEqual({ code: true, said: [expect.stringContaining('gone')] });
  });
});

describe('a signal', () => {
  test('to stop reaches whatever the command has started, and its shell starts the next one', async () => {
    const { run, outcome } = bench();
    const [shell] = (await outcome('echo $PPID')).said;
    const file = `${folder}/survived`;
    const { signalAll, ended, said } = run(`(sleep 0.3; echo > ${file}) & echo ready; wait`);
    while (said.length === 0) await sleep(5);
    signalAll('SIGTERM');
    expect(await ended).toEqual({ code: null, killedBy: 'SIGTERM' });
    await sleep(500);
    expect(existsSync(file)).toBe(false);
    expect((await outcome('echo $PPID')).said).toEqual([shell]);
  });

  test('is waited out: a command that tidies up first is not taken for ended', async () => {
    const { run } = bench();
    const file = `${folder}/tidied`;
    const { signalAll, ended, said } = run(
      `trap 'sleep 0.2; echo > ${file}; exit 7' TERM; echo ready; while :; do sleep 0.02; done`,
    );
    while (said.length === 0) await sleep(5);
    signalAll('SIGTERM');
    expect(await ended).toEqual({ code: 7, killedBy: null });
    expect(existsSync(file)).toBe(true);
  });

  test('to end at once takes the shell along; the next command has another', async () => {
    const { run, outcome } = bench();
    const { signalAll, ended, said } = run("trap '' TERM; echo ready; sleep 60");
    while (said.length === 0) await sleep(5);
    signalAll('SIGKILL');
    expect(await ended).toEqual({ code: null, killedBy: 'SIGKILL' });
    expect(await outcome('echo alive')).toEqual({ code: 0, killedBy: null, said: ['alive'] });
  });
});
