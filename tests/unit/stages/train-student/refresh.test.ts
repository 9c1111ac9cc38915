import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { drawInitialWeights } from '../../../../src/nn/index.ts';
import { writeDataset } from '../../../../src/stages/files/dataset-file.ts';
import { readWeights, writeWeights } from '../../../../src/stages/files/weights-file.ts';
import type { Services } from '../../../../src/stages/services.ts';
import { buildNetwork } from '../../../../src/stages/settings/networks.ts';
import { trainStudent } from '../../../../src/stages/train-student/kind.ts';
import { lcg } from '../../../support/reference.ts';
import { runStage } from '../../../support/stage-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { testBackend } from '../../nn/backend.ts';

const directory = temporaryDirectory();
const inputs = { dataset: join(directory, 'dataset.safetensors'), initial: join(directory, 'initial.safetensors') };
const settings = { kind: 'resnet', imageSize: 32, channels: [16, 16] } as const;
const network = buildNetwork(settings);
const backend = await testBackend();
const services: Services = {
  environment: {},
  directory,
  cacheDirectory: directory,
  threads: 1,
  viewWorkers: 0,
  now: () => 0,
  backend: async () => backend,
};

beforeAll(async () => {
  const noise = lcg(1);
  const images = Uint8Array.from({ length: 24 * 32 * 32 * 3 }, () => 256 * noise.uniform());
  const split = { images, labels: Uint8Array.from({ length: 24 }, (_, index) => index % 10) };
  await writeDataset(inputs.dataset, { train: split, test: split }, 'noise');
  await writeWeights(inputs.initial, network, drawInitialWeights(network, 1));
});

/** The last batch norm's moving mean of a student that learns next to nothing, after its averages were refreshed. */
async function refreshed(views: object): Promise<Float32Array> {
  const config = {
    ...{ network: settings, seed: 1, epochs: 1, batchSize: 8, validation: { images: 8, overlap: 0 } },
    views: { padding: 4, resize: 40, crop: 32, geometry: 'shared' },
    optimizer: { learningRate: 1e-9, decay: 'constant', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, epsilonForm: 'keras' },
    averaging: {
      kind: 'epoch',
      start: 0,
      period: 10,
      decay: 0.99,
      dynamic: false,
      assign: true,
      refreshBatchNorm: true,
    },
    ...{ batchNormVariance: 'unbiased', precision: 'float32', checkpointSeconds: 60, keepEnd: false, workers: 0 },
    ...{ temperature: 10, temperatureSquared: false, crossEntropyWeight: 0.5, distillationWeight: 0.5, confidence: 0 },
    pairing: 'same-image',
    ...views,
  };
  const { outputs } = await runStage(trainStudent(services), directory, config, inputs);
  return (await readWeights(outputs['weights']!, network)).get('post_bn/moving_mean')!;
}

test('averages get the batch-norm statistics of the views they were trained on, noisy ones of noisy views', async () => {
  const randAugment = { layers: 2, magnitude: 9, translate: 44, cutout: 18, fill: 'reflect', contrast: 'legacy' };
  const [clean, noisy] = [await refreshed({}), await refreshed({ randAugment })];
  const apart = noisy.map((mean, channel) => Math.abs(mean - clean[channel]!));
  expect(Math.max(...apart)).toBeGreaterThan(1e-3);
});
