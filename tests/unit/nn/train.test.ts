import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/compute/index.ts';
import { evaluateClassifier } from '../../../src/nn/evaluate.ts';
import {
  type Averaging,
  type Checkpoint,
  drawInitialWeights,
  openClassifier,
  type StepFigures,
  type TrainingContext,
  type TrainingSettings,
  type TrainingState,
  train,
} from '../../../src/nn/index.ts';
import { StageError } from '../../../src/problem/errors.ts';
import { testBackend } from './backend.ts';
import { plainSettings } from './settings.ts';
import { heldOut, stripeData, stripes, tiny } from './stripes.ts';

const backend = await testBackend();

function context(overrides: Partial<TrainingContext> = {}): TrainingContext {
  return {
    backend,
    initial: drawInitialWeights(tiny, 7),
    data: stripeData(20, 8),
    refresh: undefined,
    validation: heldOut,
    ...overrides,
  };
}

function settings(overrides: Partial<TrainingSettings> = {}): TrainingSettings {
  const { optimizer, ...rest } = plainSettings(tiny, { epochs: 2, ...overrides });
  return { ...rest, optimizer: overrides.optimizer ?? { ...optimizer, learningRate: 1e-2 } };
}

/** Every switch on that has a state of its own. */
const everything = settings({
  epochs: 4,
  optimizer: { ...plainSettings(tiny).optimizer, learningRate: 1e-2, decay: 'cosine' },
  averaging: { kind: 'swa', start: 2, period: 3 },
  stochasticDepth: 0.3,
  seed: 3,
  reduceLearningRate: { monitor: 'loss', factor: 0.5, patience: 1, minDelta: 1e-4, cooldown: 0, minimum: 0 },
  earlyStopping: { monitor: 'accuracy', patience: 3, minDelta: 0, restore: 'always' },
});

/** A checkpoint in memory, through JSON as a file would be, that is due after every step. */
function memoryCheckpoint(saved?: TrainingState): Checkpoint & { readonly states: TrainingState[] } {
  const states: TrainingState[] = [];
  return {
    states,
    load: async () => saved && { progress: JSON.parse(JSON.stringify(saved.progress)), tensors: saved.tensors },
    due: () => true,
    save: async (state) => void states.push(state),
  };
}

describe('training', () => {
  test('learns to tell stripes apart, and reports every step and epoch', async () => {
    const steps: StepFigures[] = [];
    const result = await train(
      settings({ epochs: 6 }),
      context({ data: stripeData(60, 16), onStep: (figures) => steps.push(figures) }),
    );
    expect(result.validation.accuracy).toBe(1);
    expect(steps).toHaveLength(6 * 4);
    expect(steps.at(-1)).toMatchObject({ epoch: 6, batch: 4, batches: 4, size: 12, learningRate: 1e-2 });
    expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(result.history[5]?.loss).toBeLessThan(result.history[0]?.loss ?? 0);
    expect(result.history[5]).toMatchObject({ val_loss: result.validation.loss, val_accuracy: 1 });
  });

  test("an epoch's figures are means over its images, not over its batches", async () => {
    const steps: StepFigures[] = [];
    const result = await train(settings(), context({ onStep: (figures) => steps.push(figures) }));
    for (const { epoch, loss, accuracy } of result.history) {
      const own = steps.filter((step) => step.epoch === epoch);
      const mean = (figure: 'loss' | 'accuracy') => own.reduce((sum, step) => sum + step[figure] * step.size, 0) / 20;
      expect(loss).toBeCloseTo(mean('loss'), 12);
      expect(accuracy).toBeCloseTo(mean('accuracy'), 12);
    }
  });

  test('gives the same bits twice', async () => {
    const [first, second] = [await train(everything, context()), await train(everything, context())];
    expect(second.weights).toEqual(first.weights);
  });

  test('draws at every step which blocks take part, by its seed', async () => {
    const draws = async (seed: number) => {
      const drawn: number[] = [];
      const spying: Backend['compile'] = (spec) => {
        const program = backend.compile(spec);
        return {
          mode: program.mode,
          run(name, inputs) {
            drawn.push(...(inputs['branchScales'] ?? []));
            return program.run(name, inputs);
          },
          read: (names) => program.read(names),
          write: (values) => program.write(values),
          dispose: () => program.dispose(),
        };
      };
      const data = stripeData(64, 8);
      const depth = settings({ stochasticDepth: 0.5, seed });
      await train(depth, context({ data, backend: { ...backend, compile: spying } }));
      return drawn;
    };
    const drawn = await draws(3);
    const [first, second] = [drawn.slice(0, 8), drawn.slice(8)];
    expect(new Set(first)).toEqual(new Set([0, 2]));
    expect(second).toHaveLength(8);
    expect(second).not.toEqual(first);
    expect(await draws(4)).not.toEqual(drawn);
  });

  test('hands back weights that score what it says, in the order of the network', async () => {
    const result = await train(settings(), context());
    expect([...result.weights.keys()]).toEqual(tiny.weights.map(({ name }) => name));
    const classifier = openClassifier(backend, tiny, result.weights, { size: 8, pixels: 'uint8' });
    const evaluation = await evaluateClassifier(classifier, heldOut.batches());
    classifier.dispose();
    expect(evaluation.accuracy).toBe(result.validation.accuracy);
    expect(evaluation.loss).toBeCloseTo(result.validation.loss, 5);
  });

  test('keeps no tensor from one epoch to the next', async () => {
    const tensors: number[] = [];
    const before = backend.tf.memory().numTensors;
    const eager = { ...backend, compile: backend.interpret };
    await train(everything, context({ backend: eager, onEpoch: () => tensors.push(backend.tf.memory().numTensors) }));
    expect(new Set(tensors).size).toBe(1);
    expect(backend.tf.memory().numTensors).toBe(before);
  });

  test('stops with the step and the epoch where the loss stops being a number', async () => {
    const optimizer = { ...plainSettings(tiny).optimizer, learningRate: Number.POSITIVE_INFINITY };
    const training = train(settings({ optimizer }), context());
    await expect(training).rejects.toThrow(StageError);
    await expect(training).rejects.toThrow(/diverged: the loss is (NaN|Infinity) at step [23] of epoch 1/);
  });

  test('refuses averaging that would start after the last step', async () => {
    const late = settings({ averaging: { kind: 'swa', start: 6, period: 1 } });
    await expect(train(late, context())).rejects.toThrow('averaging would start at step 6, but the last step is 5');
  });
});

describe('a run that is interrupted', () => {
  test('continues from any checkpoint to the same bits', async () => {
    const checkpoint = memoryCheckpoint();
    const whole = await train(everything, context({ checkpoint }));
    // Three steps and an end of epoch, four times.
    expect(checkpoint.states).toHaveLength(4 * 4);
    for (const state of [0, 2, 3, 6, 9, 15].map((index) => checkpoint.states[index]!)) {
      const resumed = await train(everything, context({ checkpoint: memoryCheckpoint(state) }));
      expect(resumed).toEqual(whole);
    }
  });

  test('saves its state before it throws the reason', async () => {
    const controller = new AbortController();
    const checkpoint = memoryCheckpoint();
    const reason = new Error('enough');
    const training = train(
      everything,
      context({
        checkpoint: { ...checkpoint, due: () => false },
        signal: controller.signal,
        onStep: ({ epoch, batch }) => epoch === 2 && batch === 2 && controller.abort(reason),
      }),
    );
    await expect(training).rejects.toBe(reason);
    expect(checkpoint.states.map(({ progress }) => [progress.epoch, progress.batch])).toEqual([
      [1, 0],
      [1, 2],
    ]);
  });
});

describe('more epochs, from the end of fewer', () => {
  const constant = { ...everything, optimizer: { ...everything.optimizer, decay: 'constant' } } as const;
  const averages: readonly Averaging[] = [
    { kind: 'none' },
    { kind: 'swa', start: 2, period: 3 },
    { kind: 'moving-average', start: 1, decay: 0.9, dynamic: true },
    { kind: 'epoch', start: 0 },
  ];

  /** Trains for some epochs from a state, with a batch-norm refresh as stages do; returns what came out and the last state saved. */
  async function trainFor(epochs: number, rest: TrainingSettings, from?: TrainingState) {
    const checkpoint = memoryCheckpoint(from);
    const result = await train({ ...rest, epochs }, context({ checkpoint, refresh: stripeData(20, 8) }));
    return { result, end: checkpoint.states.at(-1) };
  }

  test.each(averages)('with averaging of $kind, give the bits of the whole', async (averaging) => {
    const rest = { ...constant, averaging };
    const whole = await trainFor(4, rest);
    for (const epochs of [1, 2, 3]) {
      const { end } = await trainFor(epochs, rest);
      expect((await trainFor(4, rest, end)).result).toEqual(whole.result);
    }
  });

  test('if the fewer stopped early, so would the more', async () => {
    const earlyStopping = { monitor: 'accuracy', patience: 1, minDelta: 1, restore: 'at-stop' } as const;
    const rest = { ...constant, earlyStopping };
    const short = await trainFor(3, rest);
    expect(short.result.stoppedEarly).toBe(true);
    const whole = await trainFor(6, rest);
    expect((await trainFor(6, rest, short.end)).result).toEqual(whole.result);
  });

  test('under a decay over all epochs they would not, which is why that is refused', async () => {
    const { end } = await trainFor(2, everything);
    const whole = await trainFor(4, everything);
    expect((await trainFor(4, everything, end)).result.weights).not.toEqual(whole.result.weights);
  });
});

describe('early stopping', () => {
  // With a learning rate of 0 nothing improves after the first epoch but the moving statistics change.
  const frozen = { ...plainSettings(tiny).optimizer, learningRate: 1e-30 };
  const earlyStopping = { monitor: 'accuracy', patience: 2, minDelta: 1, restore: 'at-stop' } as const;

  test('stops, and puts the best weights back', async () => {
    const one = await train(settings({ epochs: 1, optimizer: frozen }), context());
    const stopped = await train(settings({ epochs: 9, optimizer: frozen, earlyStopping }), context());
    expect(stopped).toMatchObject({ stoppedEarly: true, bestEpoch: 1 });
    expect(stopped.history).toHaveLength(3);
    expect(stopped.weights).toEqual(one.weights);
  });

  test.each([
    ['at-stop', false],
    ['always', true],
    ['never', false],
  ] as const)('restoring %s, a run that uses up its epochs ends in its best weights: %s', async (restore, restored) => {
    const one = await train(settings({ epochs: 1, optimizer: frozen }), context());
    const stopping = { ...earlyStopping, restore };
    const used = await train(settings({ epochs: 2, optimizer: frozen, earlyStopping: stopping }), context());
    expect(used.stoppedEarly).toBe(false);
    const variance = (weights: ReadonlyMap<string, Float32Array>) => weights.get('post_bn/moving_variance');
    if (restored) expect(variance(used.weights)).toEqual(variance(one.weights));
    else expect(variance(used.weights)).not.toEqual(variance(one.weights));
  });
});

describe('averaged weights', () => {
  const swa = { kind: 'swa', start: 1, period: 2 } as const;

  /** The weights after each of six steps without averaging. */
  let after: ReadonlyMap<string, Float32Array>[];
  beforeAll(async () => {
    const checkpoint = memoryCheckpoint();
    await train(settings(), context({ checkpoint }));
    after = checkpoint.states.filter(({ progress }) => progress.batch > 0).map(({ tensors }) => tensors);
  });

  const cases: { averaging: Averaging; parts: number[] }[] = [
    { averaging: swa, parts: [0, 1, 0, 1, 0, 1].map((taken) => taken / 3) },
    { averaging: { kind: 'epoch', start: 0 }, parts: [0, 0, 1, 0, 0, 1].map((taken) => taken / 2) },
    {
      averaging: { kind: 'moving-average', start: 4, decay: 0.75, dynamic: false },
      parts: [0, 0, 0, 0.75 ** 2, 0.75 * 0.25, 0.25],
    },
  ];

  test.each(cases)('of $averaging.kind are those of each step, so weighed', async ({ averaging, parts }) => {
    const { weights } = await train(settings({ averaging }), context());
    for (const { name } of tiny.weights.filter(({ trainable }) => trainable)) {
      for (const [index, value] of weights.get(name)!.entries()) {
        const expected = parts.reduce((sum, part, step) => sum + part * (after[step]?.get(name)?.[index] ?? 0), 0);
        expect(value).toBeCloseTo(expected, 6);
      }
    }
  });

  test('leave the moving statistics as the last step left them', async () => {
    const { weights } = await train(settings({ averaging: swa }), context());
    for (const { name } of tiny.weights.filter(({ trainable }) => !trainable)) {
      expect(weights.get(name)).toEqual(after[5]?.get(name));
    }
  });

  test('stay aside where they are not assigned', async () => {
    const { weights } = await train(settings({ averaging: swa, assignAverages: false }), context());
    for (const [name, values] of weights) expect(values).toEqual(after[5]?.get(name));
  });

  test('get batch-norm statistics of their own: the mean over batches, variance unbiased', async () => {
    const refresh = stripeData(20, 8);
    const { weights } = await train(settings({ averaging: swa }), context({ refresh }));
    // The first batch norm looks at the stem's output, which a network cut off there gives.
    const means: number[] = [];
    const variances: number[] = [];
    for await (const { images, size } of refresh.batches(0, 0)) {
      const { tf } = backend;
      tf.tidy(() => {
        const x = tf.sub(tf.div(tf.tensor4d(Float32Array.from(images), [size, 8, 8, 3]), 127.5), 1);
        const kernel = tf.tensor4d(weights.get('conv1_conv/kernel')!, [3, 3, 3, 4]);
        const y = tf.add(tf.conv2d(x as Tensor4D, kernel, 1, 'same'), tf.tensor1d(weights.get('conv1_conv/bias')!));
        const { mean, variance } = tf.moments(y, [0, 1, 2]);
        const count = size * 64;
        means.push(mean.dataSync()[0]!);
        variances.push((variance.dataSync()[0]! * count) / (count - 1));
      });
    }
    const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(weights.get('block1_preact_bn/moving_mean')?.[0]).toBeCloseTo(average(means), 5);
    expect(weights.get('block1_preact_bn/moving_variance')?.[0]).toBeCloseTo(average(variances), 5);
  });
});

describe('a student', () => {
  const objective = {
    kind: 'distillation',
    temperature: 4,
    temperatureSquared: true,
    crossEntropyWeight: 0.5,
    distillationWeight: 0.5,
    confidence: 0,
  } as const;

  test('learns from a teacher alone where no image has a label', async () => {
    const teacher = await train(settings({ epochs: 6 }), context({ data: stripeData(60, 16) }));
    const classifier = openClassifier(backend, tiny, teacher.weights, { size: 16, pixels: 'uint8' });
    const unlabelled = stripeData(60, 16, ({ images, size }) => ({
      labels: new Int32Array(size).fill(-1),
      teacherLogits: classifier.logits(images, size),
    }));
    const student = await train(settings({ epochs: 6, objective }), context({ data: unlabelled }));
    classifier.dispose();
    expect(student.validation.accuracy).toBe(1);
  });

  test('says so when a batch comes without the logits of its teacher', async () => {
    await expect(train(settings({ objective }), context())).rejects.toThrow('needs the logits of a teacher');
  });
});

test('stripes are what they say', () => {
  expect([...stripes(0, 4).labels]).toEqual([0, 1, 2, 0]);
});
