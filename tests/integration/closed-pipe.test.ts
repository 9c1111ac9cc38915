import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const command = fileURLToPath(new URL('../../bin/pipe.cjs', import.meta.url));
const directory = temporaryDirectory();

const pipeline = `name: words
stages:
  a: { uses: shell, with: { command: "echo a > a", outputs: { a: a } } }
  b: { uses: shell, needs: { a: a }, with: { command: "cat a > b", inputs: { a: a }, outputs: { b: b } } }
`;

test('a run whose reader leaves ends normally', async () => {
  await writeFile(join(directory, 'words.yaml'), pipeline);
  const child = spawn(process.execPath, [command, 'run', 'words.yaml'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  child.stderr.destroy();
  expect(await once(child, 'close')).toEqual([0, null]);
  const { stdout } = await pipe(['runs', '--json'], { directory });
  expect(JSON.parse(stdout).runs).toMatchObject([{ outcome: 'done', ran: 2 }]);
});

test('what only reads ends with its reader', async () => {
  const child = spawn(process.execPath, [command, 'runs'], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [code] = await once(child, 'close');
  expect(code).toBe(141);
});

test('--gpu where there is none is refused before anything is fetched', async () => {
  const overlays = ['--overlay', 'pipelines/overlays/quick.yaml', '--artifacts', join(directory, 'gpu')];
  const environment = { PATH: '/nowhere', PIPE_CACHE_DIR: join(directory, 'cache') };
  for (const yes of [[], ['--yes']]) {
    const outcome = await pipe(['run', 'pipelines/consistency.yaml', ...overlays, '--gpu', ...yes], { environment });
    expect(outcome).toMatchObject({ code: 3 });
    expect(outcome.stderr).toContain('error: There is no usable NVIDIA GPU');
  }
});
