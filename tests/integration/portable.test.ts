import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

test('without a compiler, Python, and anything set up, the whole pipeline runs, and says on what', async () => {
  const { code, stdout, stderr } = await pipe(
    [
      ...['run', 'pipelines/consistency.yaml', '--overlay', 'tests/fixtures/tiny.yaml'],
      ...['--artifacts', join(directory, 'artifacts'), '--json'],
    ],
    {
      environment: {
        ...{ PATH: '', HOME: directory },
        ...{ PIPE_CACHE_DIR: undefined, XDG_CACHE_HOME: undefined, PIPE_BACKEND: undefined, CXX: undefined },
      },
    },
  );
  expect(code, stderr).toBe(0);
  const notices = stderr.split('\n').filter((line) => line.includes('WebAssembly, several times slower'));
  expect(notices).toEqual([expect.stringMatching(/: (no C\+\+ compiler found|native TensorFlow is set up on Linux)/)]);
  const { stages, failed } = JSON.parse(stdout) as { stages: { state: string }[]; failed: number };
  expect(failed).toBe(0);
  expect(new Set(stages.map(({ state }) => state))).toEqual(new Set(['ran']));
});
