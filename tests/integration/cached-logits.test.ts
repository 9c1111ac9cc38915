import { beforeAll, expect, test } from 'vitest';
import { epochOrder, prepareViews } from '../../src/data/index.ts';
import { openClassifier } from '../../src/nn/index.ts';
import { builtinDefinitions, catalogueOf } from '../../src/stages/catalogue.ts';
import { readSplit } from '../../src/stages/files/dataset-file.ts';
import { openLogits } from '../../src/stages/files/logits-file.ts';
import { readWeights } from '../../src/stages/files/weights-file.ts';
import { viewSpec } from '../../src/stages/loaders/view-spec.ts';
import type { NetworkSettings } from '../../src/stages/settings/networks.ts';
import { buildNetwork } from '../../src/stages/settings/networks.ts';
import { machineServices } from '../../src/workers/machine-services.ts';
import { runStage } from '../support/stage-run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const services = machineServices({ ...process.env, CIFAR10_DIR: undefined }, process.cwd());
const catalogue = catalogueOf(builtinDefinitions(services), services.directory);

const network: NetworkSettings = { kind: 'resnet', imageSize: 16, channels: [4, 8] };
const views = { padding: 0, resize: 20, crop: 16, geometry: 'shared' } as const;
const seed = 7;
const epochs = 2;

let dataset: string;
let weights: string;
let logits: string;

async function stage(uses: string, config: object, inputs: Record<string, string> = {}) {
  const definition = await catalogue.find(uses, '');
  return runStage(definition!, directory, config as never, inputs);
}

beforeAll(async () => {
  const counts = { otherwise: 'synthetic', trainImages: 40, testImages: 10 };
  dataset = (await stage('cifar10', counts)).outputs['dataset']!;
  weights = (await stage('initial-weights', { network, seed })).outputs['weights']!;
  const config = { network, seed, epochs, views, batchSize: 16, workers: 2 };
  logits = (await stage('teacher-logits', config, { dataset, weights })).outputs['logits']!;
});

test('cached logits are what a live teacher says of the clean view of the same image', async () => {
  const split = await readSplit(dataset, 'train');
  const built = buildNetwork(network);
  const backend = await services.backend();
  const teacher = openClassifier(backend, built, await readWeights(weights, built), { size: 1, pixels: 'float32' });
  const live = prepareViews(seed, viewSpec(views));
  const cached = await openLogits(logits, { epochs, images: 40, classes: 10 });
  const view = new Float32Array(16 * 16 * 3);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const rows = await cached.epoch(epoch);
    // In the order in which a student would ask.
    for (const image of epochOrder(seed, epoch, 40)) {
      live.write(split.images.subarray(image * 3072, (image + 1) * 3072), epoch, image, 'clean', view);
      const said = teacher.logits(view, 1);
      const found = rows.subarray(image * 10, (image + 1) * 10);
      expect(Math.max(...said.map((value, at) => Math.abs(value - found[at]!)))).toBeLessThan(1e-5);
    }
  }
  teacher.dispose();
  await cached.close();
});

test('another epoch shows the teacher another view', async () => {
  const cached = await openLogits(logits, { epochs, images: 40, classes: 10 });
  const first = (await cached.epoch(0)).slice();
  const second = await cached.epoch(1);
  expect(Math.max(...first.map((value, at) => Math.abs(value - second[at]!)))).toBeGreaterThan(1e-3);
  await cached.close();
});

test('logits of too few epochs are refused with a message', async () => {
  await expect(openLogits(logits, { epochs: 3, images: 40, classes: 10 })).rejects.toThrow(
    "the teacher's logits cover 40 images in 2 epochs, but 40 images in 3 epochs are needed",
  );
});

test('logits of other classes are refused with a message', async () => {
  await expect(openLogits(logits, { epochs, images: 40, classes: 100 })).rejects.toThrow(
    "the teacher's logits have 10 classes, those of the student 100",
  );
});
