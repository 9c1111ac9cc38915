import { beforeAll, expect, test } from 'vitest';
import { readWeights } from '../../../../src/stages/files/weights-file.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { network, trainSmallStudent, writeInputs } from './small-student.ts';

const directory = temporaryDirectory();
beforeAll(() => writeInputs(directory));

/** The last batch norm's moving mean of a student that learns next to nothing, after its averages were refreshed. */
async function refreshed(views: object): Promise<Float32Array> {
  const { outputs } = await trainSmallStudent(directory, views);
  return (await readWeights(outputs['weights']!, network)).get('post_bn/moving_mean')!;
}

test('averages get the batch-norm statistics of the views they were trained on, noisy ones of noisy views', async () => {
  const randAugment = { layers: 2, magnitude: 9, translate: 44, cutout: 18, fill: 'reflect', contrast: 'legacy' };
  const [clean, noisy] = [await refreshed({}), await refreshed({ randAugment })];
  const apart = noisy.map((mean, channel) => Math.abs(mean - clean[channel]!));
  expect(Math.max(...apart)).toBeGreaterThan(1e-3);
});
