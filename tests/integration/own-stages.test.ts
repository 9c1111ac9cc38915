import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipe } from '../support/pipe.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

/** A command that waits until the other one runs as well, then says which device it has. */
const meet = (own: string, other: string) =>
  `touch ${directory}/${own}; until [ -e ${directory}/${other} ]; do sleep 0.02; done; printf "$CUDA_VISIBLE_DEVICES $OMP_NUM_THREADS" > o`;

test('two commands in the gpu lane run at once, each with another device of the preset list', async () => {
  const stage = (own: string, other: string) => ({
    uses: 'shell',
    lane: 'gpu',
    cpus: 2,
    with: { command: meet(own, other), outputs: { o: 'o' } },
  });
  writeFileSync(
    join(directory, 'p.yaml'),
    JSON.stringify({ name: 'p', stages: { a: stage('a', 'b'), b: stage('b', 'a') } }),
  );
  const environment = { CUDA_VISIBLE_DEVICES: '3,5' };
  const { code, stdout, stderr } = await pipe(['run', 'p.yaml', '--json'], { directory, environment });
  expect(code, stderr).toBe(0);
  const { stages } = JSON.parse(stdout) as { stages: { outputs: { o: { path: string } } }[] };
  expect(stages.map(({ outputs }) => readFileSync(outputs.o.path, 'utf8')).sort()).toEqual(['3 2', '5 2']);
});

test('a stage of a kind that has its own lane cannot name another', async () => {
  const text = {
    name: 'p',
    stages: { data: { uses: 'cifar10', lane: 'gpu', with: { synthetic: { train: 10, test: 10 } } } },
  };
  writeFileSync(join(directory, 'q.yaml'), JSON.stringify(text));
  const { code, stderr } = await pipe(['plan', 'q.yaml'], { directory });
  expect(code).toBe(2);
  expect(stderr).toContain(
    'stages.data.lane is for commands and modules only; stages of kind cifar10 set it themselves',
  );
});

test('the folder of a command that failed is kept, the last three of them', async () => {
  const command = 'echo half > partial.txt; exit 1';
  const fails = { name: 'f', stages: { s: { uses: 'shell', retries: 4, with: { command, outputs: { o: 'o' } } } } };
  writeFileSync(join(directory, 'f.yaml'), JSON.stringify(fails));
  const { code, stdout, stderr } = await pipe(['run', 'f.yaml', '--artifacts', 'f'], { directory });
  expect(code).toBe(1);
  const [, folder] = /its folder is kept, with everything it wrote: (\S+)/u.exec(stdout + stderr) ?? [];
  expect(readFileSync(join(folder!, 'partial.txt'), 'utf8')).toBe('half\n');
  expect(readdirSync(join(directory, 'f/failed'))).toHaveLength(3);
});
