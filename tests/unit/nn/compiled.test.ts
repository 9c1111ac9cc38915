import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../../src/compute/graph/compile.ts';
import type { Backend } from '../../../src/compute/index.ts';
import {
  type Batch,
  type Distillation,
  drawInitialWeights,
  openClassifier,
  resnet,
  type TrainingData,
  type TrainingSettings,
} from '../../../src/nn/index.ts';
import { TrainingRun } from '../../../src/nn/training/run.ts';
import { testNative } from '../../support/native.ts';
import { testBackend } from './backend.ts';
import { plainSettings } from './settings.ts';
import { heldOut, stripeData, stripes, tiny } from './stripes.ts';

const backend = await testBackend();
const eager: Backend = { ...backend, compile: (spec) => backend.interpret(spec) };
const byXla: Backend = { ...backend, compile: (spec) => compileProgram(testNative(), spec, { xla: true }) };

/** A teacher that is sure of some images and unsure of others. */
function withTeacher({ labels, size }: Batch): Partial<Batch> {
  const logits = Array.from(labels.subarray(0, size), (label, image) =>
    [0, 1, 2].map((k) => (k === label ? image % 4 : 0)),
  );
  return { teacherLogits: Float32Array.from(logits.flat()) };
}

function distilling(overrides: Partial<Distillation> = {}): Pick<TrainingSettings, 'objective'> {
  const plain = { temperature: 10, temperatureSquared: false, confidence: 0 };
  const weights = { crossEntropyWeight: 0.5, distillationWeight: 0.5 };
  return { objective: { kind: 'distillation', ...plain, ...weights, ...overrides } };
}

/**
 * Adam with an epsilon above rounding: the gradient by a bias in front of a batch norm is 0 but for rounding, and Adam divides such a
 * gradient by its own size, so that with a small epsilon both ways would follow their own rounding.
 */
const optimizer = { ...plainSettings(tiny).optimizer, epsilon: 1e-3 };

/** Every choice that changes what a training program computes, but for its precision. */
const variants: readonly [what: string, settings: Partial<TrainingSettings>][] = [
  ['a teacher', {}],
  ['a teacher whose rate decays', { optimizer: { ...optimizer, decay: 'cosine' } }],
  ["Adam in tfjs's form", { optimizer: { ...optimizer, epsilonForm: 'tfjs' } }],
  ['biased batch-norm variance', { batchNormVariance: 'biased' }],
  ['smoothed labels', { objective: { kind: 'cross-entropy', labelSmoothing: 0.1 } }],
  ['a student whose two views are to say the same', { objective: { kind: 'consistency', weight: 12 } }],
  ['batch norm of each half of a batch', { batchNormReplicas: 2 }],
  ['blocks left out at random', { stochasticDepth: 0.5 }],
  ['weights averaged by step', { averaging: { kind: 'swa', start: 4, period: 3 } }],
  ['a moving average', { averaging: { kind: 'moving-average', start: 2, decay: 0.9, dynamic: true } }],
  ['a student', distilling()],
  ['a student at T = 4 with its square', distilling({ temperature: 4, temperatureSquared: true })],
  ['a student of a teacher who is sure', distilling({ confidence: 0.8, temperature: 1 })],
  ['a student of its teacher alone', distilling({ crossEntropyWeight: 0, distillationWeight: 1 })],
];

/** A second view of every batch: the images' bytes in reverse. */
function withBackwardViews(data: TrainingData): TrainingData {
  return {
    ...data,
    views: 2,
    async *batches(epoch, first) {
      for await (const batch of data.batches(epoch, first)) {
        yield { ...batch, images: Uint8Array.of(...batch.images, ...batch.images.slice().reverse()) };
      }
    },
  };
}

/** Twenty steps, every fourth on a smaller batch with images without labels; then the refresh of batch norm: all that was found, all variables. */
async function trained(on: Backend, settings: TrainingSettings): Promise<Map<string, Float32Array>> {
  const plain = stripeData(30, 8, (batch) => ({
    ...withTeacher(batch),
    labels: batch.labels.map((label, image) => (batch.size < 8 && image % 2 === 1 ? -1 : label)),
  }));
  const data = settings.objective.kind === 'consistency' ? withBackwardViews(plain) : plain;
  const initial = drawInitialWeights(settings.network, 1);
  const run = new TrainingRun(settings, { backend: on, initial, data, refresh: data, validation: heldOut });
  const found = new Map<string, Float32Array>();
  for (let epoch = 0; epoch < 5; epoch += 1) {
    for await (const batch of data.batches(epoch, 0)) {
      for (const { loss, accuracy, learningRate, batch: step } of run.take(batch)) {
        found.set(`step ${step} of epoch ${epoch}`, Float32Array.of(loss, accuracy, learningRate));
      }
    }
    run.endEpoch({ loss: 1, accuracy: 0 });
    const { images, size } = stripes(500_000, 5);
    found.set(`logits after epoch ${epoch}`, run.classifier.logits(images, size));
  }
  let index = 0;
  for await (const batch of data.batches(5, 0)) run.refreshBatchNorm(batch, index++);
  for (const [name, values] of run.state().tensors) found.set(name, values);
  expect(run.mode.kind).toBe(on === eager ? 'eager' : 'compiled');
  expect('xla' in run.mode).toBe(on.compile === byXla.compile);
  run.dispose();
  return found;
}

function differences(a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>): [string, number][] {
  expect([...a.keys()]).toEqual([...b.keys()]);
  return [...a].map(([name, values]) => [
    name,
    Math.max(...values.map((value, index) => Math.abs(value - (b.get(name)?.[index] ?? Number.NaN)))),
  ]);
}

describe('compiled and an operation at a time, twenty steps are the same to 1e-5:', () => {
  test.each(variants)('%s', async (_, overrides) => {
    const settings = plainSettings(tiny, { epochs: 5, optimizer, ...overrides });
    const found = differences(await trained(backend, settings), await trained(eager, settings));
    expect(found.filter(([, difference]) => !(difference < 1e-5))).toEqual([]);
  });
});

/** Between them they hold every operation that a step may have. */
const ofAllOperations = [
  "Adam in tfjs's form",
  'a student whose two views are to say the same',
  'batch norm of each half of a batch',
  'blocks left out at random',
  'a student of a teacher who is sure',
];

describe('compiled as a whole by XLA and an operation at a time, twenty steps are the same to 1e-5:', () => {
  const chosen = variants.filter(([what]) => ofAllOperations.includes(what));
  test.each(chosen)('%s', async (_, overrides) => {
    const settings = plainSettings(tiny, { epochs: 5, optimizer, ...overrides });
    const found = differences(await trained(byXla, settings), await trained(eager, settings));
    expect(found.filter(([, difference]) => !(difference < 1e-5))).toEqual([]);
  });
});

describe('several steps in one call of what XLA compiled are the same to 1e-5', () => {
  const together: Backend = { ...byXla, xlaSteps: 2 };

  test.each([
    ['of a teacher whose weights are averaged now and then', { averaging: { kind: 'swa', start: 4, period: 3 } }],
    ['of a student whose rate decays', { ...distilling(), optimizer: { ...optimizer, decay: 'cosine' } }],
  ] satisfies [string, Partial<TrainingSettings>][])('%s', async (_, overrides) => {
    const settings = plainSettings(tiny, { epochs: 5, optimizer, ...overrides });
    const found = differences(await trained(together, settings), await trained(eager, settings));
    expect(found.filter(([, difference]) => !(difference < 1e-5))).toEqual([]);
  });
});

test('logits of weights that never change are the same to 1e-5, in full batches and in smaller ones', () => {
  const network = resnet({ imageSize: 8, classes: 3, channels: [4, 8, 8] });
  const form = { size: 8, pixels: 'uint8' } as const;
  const weights = new Map(
    [...drawInitialWeights(network, 1)].map(([name, values]) => [
      name,
      values.map((value, at) => value + 0.1 + (at % 3) / 9),
    ]),
  );
  const [compiled, interpreted] = [backend, eager].map((on) => openClassifier(on, network, weights, form));
  expect([compiled!.mode.kind, interpreted!.mode.kind]).toEqual(['compiled', 'eager']);
  for (const size of [8, 5]) {
    const { images } = stripes(0, size);
    const logits = (classifier: typeof compiled) => new Map([['logits', classifier!.logits(images, size)]]);
    expect(Math.max(...logits(compiled).get('logits')!)).toBeGreaterThan(0);
    expect(differences(logits(compiled), logits(interpreted))[0]![1]).toBeLessThan(1e-5);
  }
  compiled!.dispose();
  interpreted!.dispose();
});
