import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { freshDirectory } from '../support/fresh-store.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Result {
  readonly part: string;
  readonly state: string;
  readonly reason?: string;
}

/** Starts the bench as `npm run bench:gpu` does. */
function bench(options: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const command = ['scripts/bench.mjs', 'gpu/main', '--tiny', ...options];
    const env = { ...process.env, ...environment };
    execFile(process.execPath, command, { cwd: root, env, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}` }),
    );
  });
}

function resultsIn(out: string): readonly Result[] {
  const lines = readFileSync(join(out, 'results.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Result);
}

it('runs part after part on a CPU, loses none because one fails, and continues where it stopped', async () => {
  const out = freshDirectory();
  const options = ['--cpu', '--out', out, '--python', join(out, 'no-python')];
  // Without the images it was told of, the quick pipeline fails.
  const failing = { CIFAR10_DIR: join(out, 'no-images') };
  const skip = ['--skip', 'recipe,around,deterministic,inference,compiled,xla-agrees,recipe-xla,as-published,evidence'];
  const first = await bench([...options, ...skip], failing);
  expect(first.code).toBe(1);
  expect(resultsIn(out).map(({ part, state }) => `${part} ${state}`)).toEqual([
    'doctor done',
    'quick failed',
    'steps done',
  ]);
  expect(resultsIn(out)[1]!.reason).toContain('no-images');
  const report = readFileSync(join(out, 'results.md'), 'utf8');
  // PyTorch and JAX are missing, and the report says so.
  expect(report).toMatch(/^- torch\.compile, float32: not measured, for .*no-python/mu);
  expect(report).toMatch(/^- jax\.jit, bfloat16: not measured, for .*no-python/mu);
  expect(report).toContain('### The full recipe\n\nNot measured: it was not asked for\n');

  const second = await bench([...options, '--seconds', '5', ...skip], failing);
  expect(second.code).toBe(1);
  const again = resultsIn(out).slice(3);
  expect(again.map(({ part, state }) => `${part} ${state}`)).toEqual(['quick skipped']);
  expect(again[0]!.reason).toBe('no time was left for it');
}, 600_000);

it('compares trainings that XLA compiles with those that it does not', async () => {
  const out = freshDirectory();
  const { code, output } = await bench(['--cpu', '--out', out, '--only', 'xla-agrees'], { CIFAR10_DIR: '' });
  expect(code, output).toBe(0);
  for (const steps of [1, 2])
    expect(output).toMatch(
      new RegExp(`^\\| ${steps} \\| \\d\\.\\d{4} \\| \\d\\.\\d{4} \\| \\d\\.\\de[+-]\\d \\|$`, 'mu'),
    );
}, 600_000);

it('stops where TensorFlow does not see the GPU, and shows what may tell why', async () => {
  const directory = freshDirectory();
  const programs = join(directory, 'programs');
  mkdirSync(programs);
  const smi = join(programs, 'nvidia-smi');
  writeFileSync(smi, `#!/bin/sh\necho "0, GPU-1, 580.00, NVIDIA Nothing"\n`);
  chmodSync(smi, 0o755);
  const { code, output } = await bench(['--out', join(directory, 'out')], {
    PATH: `${programs}:${process.env['PATH']}`,
    PIPE_CACHE_DIR: join(directory, 'cache'),
  });
  expect(code).toBe(1);
  expect(output).toContain('TensorFlow does not see the GPU');
  expect(output).toContain('$ nvidia-smi  (0)\n0, GPU-1, 580.00, NVIDIA Nothing');
  expect(output).toContain('LD_LIBRARY_PATH=');
  expect(output).not.toContain('=== quick');
});
