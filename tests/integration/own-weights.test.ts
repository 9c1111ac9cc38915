import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawInitialWeights, resnet } from '../../src/nn/index.ts';
import { readWeights, writeWeights } from '../../src/stages/files/weights-file.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { typed } from '../support/typed.ts';

const directory = temporaryDirectory();
const network = resnet({ imageSize: 16, classes: 10, channels: [4, 8] });

/** Runs the stage that starts from a file; how many stages ran, and where the weights are. */
async function startFrom(file: string) {
  const overlay = ['--overlay', 'tests/fixtures/tiny.yaml', '--set', `stages.initial-weights.with.file=${file}`];
  const rest = ['--target', 'initial-weights', '--artifacts', join(directory, 'artifacts'), '--json'];
  const { code, stdout, stderr } = await typed(['run', 'pipelines/consistency.yaml', ...overlay, ...rest]);
  expect(code, stderr).toBe(0);
  const { ran, stages } = JSON.parse(stdout) as {
    ran: number;
    stages: readonly { outputs: Readonly<Record<string, { path: string }>> }[];
  };
  return { ran, path: stages[0]!.outputs['weights']!.path };
}

test('a pipeline starts from the weights of a file, known by its content', async () => {
  const [mine, renamed] = [join(directory, 'mine.safetensors'), join(directory, 'renamed.safetensors')];
  const weights = drawInitialWeights(network, 7);
  await writeWeights(mine, network, weights);
  const first = await startFrom(mine);
  expect(first.ran).toBe(1);
  expect(await readWeights(first.path, network)).toEqual(weights);

  await rename(mine, renamed);
  expect(await startFrom(renamed)).toEqual({ ran: 0, path: first.path });

  const others = drawInitialWeights(network, 8);
  await writeWeights(renamed, network, others);
  const second = await startFrom(renamed);
  expect(second.ran).toBe(1);
  expect(await readWeights(second.path, network)).toEqual(others);
});
