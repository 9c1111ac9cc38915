import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';

const out = temporaryDirectory();

/** Runs a bench as its `npm run` does, in a process group of its own. */
async function bench(name: string, ...options: readonly string[]) {
  // Without PATH there is no GPU.
  const child = spawn(process.execPath, ['scripts/bench.mjs', name, ...options], {
    env: { ...process.env, PATH: '/nowhere' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal }));
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { ...(await ended), stdout, stderr };
}

test('without a GPU, the bench of GPUs ends with the reason', async () => {
  const { stdout, stderr, ...ended } = await bench('gpu/main', '--out', out);
  expect(ended, stderr).toEqual({ code: 1, signal: null });
  expect(stdout).toContain('nvidia-smi shows no GPU; --cpu runs the same parts on the CPU');
});

test.each([
  ['main', ['--rounds', '0'], ["'--rounds <n>' argument '0' is invalid. Write a whole number, 1 or more."]],
  ['main', ['--rounds', 'abc'], ["'--rounds <n>' argument 'abc' is invalid. Write a whole number"]],
  ['main', ['--steps', '0'], ["'--steps <n>' argument '0' is invalid. Write a whole number"]],
  ['main', ['--only', '['], ["'--only <pattern>' argument '[' is invalid. Invalid regular expression"]],
  ['main', ['--only', 'zzz'], ['no row matches --only zzz. The rows are:\n', ' against Keras']],
  ['main', ['--json', '/nowhere/rows.json'], ['The folder /nowhere does not exist.']],
  ['main', ['--json', '.'], ['It is a folder.']],
  ['engine/main', ['--rounds', '1.5'], ["'--rounds <n>' argument '1.5' is invalid. Write a whole number"]],
  ['engine/main', ['--only', '['], ['Invalid regular expression']],
  [
    'engine/main',
    ['--only', 'zzz'],
    ['no row matches --only zzz. The rows are:\n', 'no-op run against make', 'openssl'],
  ],
  ['engine/main', ['--probes', '--only', 'zzz'], ['no row matches --only zzz. The rows are:\n', 'probes against pipe']],
  ['remotes/main', ['--rounds', '-1'], ["'--rounds <n>' argument '-1' is invalid. Write a whole number"]],
  ['remotes/main', ['--only', '['], ['Invalid regular expression']],
  [
    'remotes/main',
    ['--only', 'zzz'],
    ['no row matches --only zzz. The rows are:\n', 'sent to versitygw against aws s3 cp'],
  ],
  ['operations/main', ['--steps', '0'], ["'--steps <n>' argument '0' is invalid. Write a whole number"]],
  ['operations/main', ['--batch', 'abc'], ["'--batch <n>' argument 'abc' is invalid. Write a whole number"]],
  ['operations/main', ['--threads', ''], ["'--threads <n>' argument '' is invalid. Write a whole number"]],
  ['gpu/main', ['--seconds', 'abc'], ["'--seconds <n>' argument 'abc' is invalid. Write a whole number"]],
  ['gpu/main', ['--only', 'quick,zzz'], ['Unknown: zzz. There are doctor, quick, ']],
  ['gpu/main', ['--skip', 'zzz'], ['Unknown: zzz. There are doctor, quick, ']],
])('%s %j is refused before anything is measured', async (name, options, expected) => {
  const { stdout, stderr, code } = await bench(name, ...options);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  for (const words of expected) expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/^\s+at /mu);
});

test('a folder that cannot be made ends the bench of GPUs with the reason', async () => {
  const { stdout, stderr, code } = await bench('gpu/main', '--out', join('/proc', 'x'));
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('error: the folder /proc/x cannot be made: ENOENT');
  expect(stderr).not.toMatch(/^\s+at /mu);
});
