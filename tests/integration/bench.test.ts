import { spawn } from 'node:child_process';
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
