import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { pretendGpu } from '../support/pretended-gpu.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const gpu = await pretendGpu(directory);
const store = join(directory, 'store');
const run = (environment: Readonly<Record<string, string>>, ...options: string[]) =>
  pipe(
    ['run', 'pipelines/consistency.yaml', '--overlay', 'tests/fixtures/tiny.yaml', '--artifacts', store, ...options],
    { environment: { ...gpu, ...environment } },
  );

test('XLA on a GPU, by option or variable, is refused before anything runs, and says how to go on', async () => {
  for (const [environment, options] of [
    [{}, ['--xla', '1']],
    [{ PIPE_XLA: '8' }, ['--gpu']],
  ] as const) {
    const { code, stderr } = await run(environment, ...options);
    expect(stderr).toContain('XLA is to compile training steps on a GPU, and such steps trained wrongly on an H200');
    expect(stderr).toContain('PIPE_XLA_ON_GPU=1');
    expect(code).toBe(3);
    expect(existsSync(store)).toBe(false);
  }
});

test('who wants it all the same is not held up', async () => {
  const { stdout } = await run({ PIPE_XLA_ON_GPU: '1' }, '--xla', '1', '--target', 'teacher');
  expect(stdout).toContain('TensorFlow does not see the GPU that nvidia-smi reports');
});
