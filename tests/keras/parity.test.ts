import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { kerasPackages } from '../../keras/packages.ts';
import { pythonWith } from '../../python/environment.ts';
import { openBackend } from '../../src/compute/index.ts';
import {
  findCifar10,
  imageSide,
  prepareViews,
  readCifar10,
  readSafetensors,
  Stream,
  syntheticDataset,
  writeSafetensors,
} from '../../src/data/index.ts';
import {
  drawInitialWeights,
  type Network,
  type Objective,
  openClassifier,
  resnet,
  resnet50v2,
  type Weights,
} from '../../src/nn/index.ts';
import { initialAdam } from '../../src/nn/training/adam.ts';
import { trainingFunctions, trainingProgram } from '../../src/nn/training/program.ts';
import { readWeights, writeWeights } from '../../src/stages/files/weights-file.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { plainSettings } from '../unit/nn/settings.ts';
import { weightsWithoutGradient } from './without-gradient.ts';

const run = promisify(execFile);
const file = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

const keras = await pythonWith(kerasPackages(file, 'cpu'), process.env);
if ('missing' in keras) throw new Error(`there is no Keras to compare with: ${keras.missing}`);
const { program: python } = keras;
const ask = (script: string, ...words: readonly string[]) =>
  run(python, [file(`keras/${script}`), ...words], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } });

const steps = 10;
const batchSize = 8;
const classes = 10;
/** Adam's epsilon: above the rounding errors in gradients that are 0, which Adam would otherwise turn into full steps. */
const epsilon = 1e-5;
const form = { size: batchSize, pixels: 'float32' } as const;
const backend = await openBackend({ environment: process.env, build: 'cpu' });

const distillation: Objective = {
  kind: 'distillation',
  temperature: 10,
  temperatureSquared: false,
  crossEntropyWeight: 0.5,
  distillationWeight: 0.5,
  confidence: 0,
};

const counts = { train: steps * batchSize, test: 1 };
const { CIFAR10_DIR: folder } = process.env;
const { train } = folder ? await readCifar10(findCifar10(folder), counts) : syntheticDataset(0, counts);
const source = folder ? 'real images' : 'SYNTHETIC images, for CIFAR10_DIR is not set';

const smallChannels = [16, 32, 64];
const networks = [
  {
    name: 'ResNet50V2, 72x72',
    network: resnet50v2({ imageSize: 72, classes }),
    resize: 96,
    // Keras's float32 is as far from its own float64 here: see docs/keras.md.
    kinkTolerance: 5e-2,
  },
  {
    name: 'the small network of quick.yaml, 32x32',
    network: resnet({ imageSize: 32, classes, channels: smallChannels }),
    resize: 40,
    kinkTolerance: 1e-3,
  },
];

/** The length of the difference of two vectors, relative to the length of the expected one. */
function distance(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return length(actual.map((value, at) => value - expected[at]!)) / length(expected);
}

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
}

const inferenceTolerance = 1e-5;
const trainingTolerance = 1e-3;

/**
 * How long the gradient of a constant, a bias or a beta, would be if its terms did not cancel out. It is the sum of what comes back to every
 * pixel, and where batch norm follows, that sum is all but 0, or 0: then float32 leaves the rounding of the terms, in whose size
 * a tolerance has to be. What multiplies beside a constant, its kernel or gamma, has the same terms times inputs of
 * about 1: as many of them for each of its values, of which a kernel has more.
 */
function lengthOfTerms(network: Network, weight: string, gradients: ReadonlyMap<string, Float32Array>): number {
  const { role, shape } = network.weights.find(({ name }) => name === weight)!;
  const layer = weight.slice(0, weight.lastIndexOf('/'));
  if (role === 'beta') return length(gradients.get(`${layer}/gamma`)!);
  if (role !== 'bias') return 0;
  const factors = gradients.get(`${layer}/kernel`)!;
  return length(factors) * Math.sqrt(shape[0]! / factors.length);
}

describe.each(networks)(`$name, on ${source}`, ({ network, resize, kinkTolerance }) => {
  const directory = temporaryDirectory();
  const path = (name: string) => join(directory, name);
  const trainable = network.weights.filter((weight) => weight.trainable).map(({ name }) => name);
  const unfelt = weightsWithoutGradient(network);
  const initial = drawInitialWeights(network, 1);
  const raised = raise(initial);
  const batches = makeBatches(network.imageSize, resize);
  const [first] = batches as [TrainingBatch];
  let theirs: ReadonlyMap<string, Float32Array>;
  let trained: Map<string, Float32Array>;

  beforeAll(async () => {
    await writeWeights(path('initial.safetensors'), network, initial);
    await writeWeights(path('raised.safetensors'), network, raised);
    await writeBatches(path('batches.safetensors'), batches, network.imageSize);
    await ask('parity.py', 'compare', directory);
    theirs = await valuesIn(path('keras.safetensors'));
  });

  test('gives the logits of Keras', () => {
    expect(distance(logitsOf(network, initial, first.images), theirs.get('logits')!)).toBeLessThan(inferenceTolerance);
  });

  test.each([
    ['initial', 'cross-entropy', initial, { kind: 'cross-entropy' }],
    ['raised', 'cross-entropy', raised, { kind: 'cross-entropy' }],
    ['raised', 'distillation', raised, distillation],
  ] as const)('from %s weights, gives the loss of Keras and its gradients: %s', (start, name, weights, objective) => {
    const training = openTraining(network, weights, objective);
    const { loss } = training.step(first, 0);
    const gradients = training.firstGradients(trainable);
    training.dispose();
    expect(distance(loss!, theirs.get(`${start}/${name}/loss`)!)).toBeLessThan(inferenceTolerance);
    const expected = new Map(trainable.map((weight) => [weight, theirs.get(`${start}/${name}/gradient/${weight}`)!]));
    const tolerance = start === 'initial' ? kinkTolerance : trainingTolerance;
    const apart = trainable.map((weight): [string, number] => {
      const [found, wanted] = [gradients.get(weight)!, expected.get(weight)!];
      const scale = Math.max(length(wanted), lengthOfTerms(network, weight, expected));
      return [weight, length(found.map((value, at) => value - wanted[at]!)) / scale];
    });
    expect(apart.filter(([, share]) => !(share < tolerance))).toEqual([]);
    const remains = [...unfelt].map(
      (weight) => length(expected.get(weight)!) / lengthOfTerms(network, weight, expected),
    );
    expect(Math.max(...remains)).toBeLessThan(trainingTolerance);
  });

  test('trains as Keras does for ten steps', () => {
    const training = openTraining(network, raised, { kind: 'cross-entropy' });
    const losses = Float32Array.from(batches, (batch) => training.step(batch, 1e-3)['loss']![0]!);
    trained = training.weights();
    training.dispose();
    const expected = theirs.get('losses')!;
    for (const [step, loss] of losses.entries()) {
      expect(Math.abs(loss / expected[step]! - 1), `step ${step}`).toBeLessThan(trainingTolerance);
    }
    // Adam divides a gradient by its size: a gradient that is only rounding moves a weight in an arbitrary direction, but nothing depends
    // on such a weight.
    const apart = network.weights
      .filter(({ name }) => !unfelt.has(name))
      .map(({ name }): [string, number] => [name, distance(trained.get(name)!, theirs.get(`trained/${name}`)!)]);
    expect(apart.filter(([, share]) => !(share < trainingTolerance))).toEqual([]);
    const logits = logitsOf(network, trained, first.images);
    expect(distance(logits, theirs.get('trained/logits')!)).toBeLessThan(trainingTolerance);
  });

  test('what we trained is carried into .keras and .weights.h5, and says the same there', async () => {
    await writeWeights(path('ours.safetensors'), network, trained);
    const size = ['--image-size', String(network.imageSize)];
    await ask('weights.py', path('ours.safetensors'), path('ours.keras'), ...size);
    await ask('weights.py', path('ours.safetensors'), path('ours.weights.h5'), ...size);
    await ask('parity.py', 'ask', directory);
    const said = await valuesIn(path('ours-in-keras.safetensors'));
    const logits = logitsOf(network, trained, first.images);
    expect(distance(said.get('keras')!, logits)).toBeLessThan(inferenceTolerance);
    expect(distance(said.get('h5')!, logits)).toBeLessThan(inferenceTolerance);
  });

  test('what Keras trained is carried here from .keras and .weights.h5, bit for bit', async () => {
    const channels = network.name === 'resnet' ? ['--channels', smallChannels.join()] : [];
    await ask('weights.py', path('keras.keras'), path('from-keras.safetensors'));
    await ask('weights.py', path('keras.weights.h5'), path('from-h5.safetensors'), ...channels);
    for (const name of ['from-keras.safetensors', 'from-h5.safetensors']) {
      const weights = await readWeights(path(name), network);
      for (const [weight, values] of weights) {
        expect(Buffer.from(values.buffer).equals(bytesOf(theirs.get(`trained/${weight}`)!)), weight).toBe(true);
      }
      const logits = logitsOf(network, weights, first.images);
      expect(distance(logits, theirs.get('trained/logits')!)).toBeLessThan(inferenceTolerance);
    }
  });
});

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function valuesIn(path: string): Promise<ReadonlyMap<string, Float32Array>> {
  const { tensors } = await readSafetensors(path);
  return new Map([...tensors].map(([name, { values }]) => [name, values as Float32Array]));
}

/**
 * Initial weights whose batch norms shift the inputs of rectifiers by four deviations: few values are near the kink at 0, where float32 may
 * fall on either side and one value changes every gradient before it.
 */
function raise(initial: Weights): Map<string, Float32Array> {
  return new Map([...initial].map(([name, values]) => [name, name.endsWith('/beta') ? values.map(() => 4) : values]));
}

interface TrainingBatch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly teacherLogits: Float32Array;
}

/** Clean views of the recipe, with labels and random logits. */
function makeBatches(side: number, resize: number): readonly TrainingBatch[] {
  const views = prepareViews(1, { imageSize: imageSide, padding: 0, resize, crop: side, geometry: 'shared' });
  const stream = new Stream(1, 'teacher logits');
  const bytes = imageSide ** 2 * 3;
  return Array.from({ length: steps }, (_, step) => {
    const images = new Float32Array(batchSize * side * side * 3);
    for (let place = 0; place < batchSize; place += 1) {
      const index = step * batchSize + place;
      const view = images.subarray((place * images.length) / batchSize, ((place + 1) * images.length) / batchSize);
      views.write(train.images.subarray(index * bytes, (index + 1) * bytes), 0, index, 'clean', view);
    }
    return {
      images,
      labels: Int32Array.from(train.labels.subarray(step * batchSize, (step + 1) * batchSize)),
      teacherLogits: Float32Array.from({ length: batchSize * classes }, () => 3 * stream.normal()),
    };
  });
}

async function writeBatches(path: string, all: readonly TrainingBatch[], side: number): Promise<void> {
  const labels = Int32Array.from(all.flatMap((batch) => [...batch.labels]));
  const joined = (of: (batch: TrainingBatch) => Float32Array) => {
    const values = new Float32Array(all.length * of(all[0]!).length);
    all.forEach((batch, index) => {
      values.set(of(batch), index * of(batch).length);
    });
    return values;
  };
  await writeSafetensors(
    path,
    new Map([
      ['images', { shape: [steps, batchSize, side, side, 3], values: joined(({ images }) => images) }],
      ['labels', { shape: [steps, batchSize], values: labels }],
      ['teacher_logits', { shape: [steps, batchSize, classes], values: joined(({ teacherLogits }) => teacherLogits) }],
    ]),
  );
}

function logitsOf(network: Network, weights: Weights, images: Float32Array): Float32Array {
  const classifier = openClassifier(backend, network, weights, form);
  const logits = classifier.logits(images, batchSize).slice();
  classifier.dispose();
  return logits;
}

/** Training as in Keras 3, including the batch-norm variance. */
function openTraining(network: Network, initial: Weights, objective: Objective) {
  const { optimizer, ...plain } = plainSettings(network, { objective, batchNormVariance: 'biased' });
  const settings = { ...plain, optimizer: { ...optimizer, epsilon } };
  const program = backend.compile(trainingProgram(backend, settings, { steps: [form], refresh: [], evaluation: form }));
  program.write(initial);
  program.write(initialAdam(settings.optimizer));
  return {
    step: ({ images, labels, teacherLogits }: TrainingBatch, rate: number) =>
      program.run(trainingFunctions.step(batchSize), {
        images,
        labels,
        rate: Float32Array.of(rate),
        ...(objective.kind === 'distillation' && { teacherLogits }),
      }),
    /** After one step the first moment is 0.1 times the gradient. */
    firstGradients(names: readonly string[]) {
      const moments = program.read(names.map((name) => `${name}/m`));
      return new Map(names.map((name) => [name, moments.get(`${name}/m`)!.map((value) => 10 * value)]));
    },
    weights: () => program.read(network.weights.map(({ name }) => name)),
    dispose: () => program.dispose(),
  };
}
