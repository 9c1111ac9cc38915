import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { klDivergence, softened } from '../../src/nn/losses.ts';
import { defineNetwork } from '../../src/nn/networks/network.ts';
import { startStopping, stopEarly } from '../../src/nn/schedules/early-stopping.ts';
import { reduceOnPlateau, startPlateau } from '../../src/nn/schedules/reduce-on-plateau.ts';
import { adamStep, adamVariables, initialAdam } from '../../src/nn/training/adam.ts';
import { type Averaging, averagingRate } from '../../src/nn/training/averaging.ts';
import { type Distillation, objectiveLoss } from '../../src/nn/training/objective.ts';
import { trainingFunctions, trainingProgram } from '../../src/nn/training/program.ts';
import { expectClose } from '../support/expect-close.ts';
import { testBackend } from '../unit/nn/backend.ts';
import { plainSettings } from '../unit/nn/settings.ts';

// Reference: TensorFlow 2.21 with tf_keras 2.21 and Keras 3.15; tensorflow-addons 0.23; torch.optim.swa_utils.
const backend = await testBackend();
const { tf } = backend;

describe('losses', () => {
  const teacher = [2, -1, 0.5, 0, 3, -2];
  const student = [1, 0, -0.5, -1, 2, 0.25];
  const labels = [0, 2];

  /** The objective of the two images above, and its gradient by the student's logits. */
  function lossAndGradient(objective: Distillation): { loss: number; gradient: ArrayLike<number> } {
    return tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad((logits: Tensor) =>
        objectiveLoss(backend, objective, {
          logits: logits as Tensor2D,
          labels: tf.tensor1d(labels, 'int32'),
          teacherLogits: tf.tensor2d(teacher, [2, 3]),
        }),
      )(tf.tensor2d(student, [2, 3]));
      return { loss: value.dataSync()[0] ?? Number.NaN, gradient: grad.dataSync() };
    });
  }

  const published: Distillation = {
    kind: 'distillation',
    temperature: 10,
    temperatureSquared: false,
    crossEntropyWeight: 0.5,
    distillationWeight: 0.5,
    confidence: 0,
  };

  test('cross-entropy', () => {
    const { loss } = lossAndGradient({ ...published, crossEntropyWeight: 1, distillationWeight: 0 });
    expectClose([loss], [1.20806713], 1e-6);
  });

  test.each([
    [1, 0.13544302],
    [3, 0.05988052],
    [10, 0.00740995],
  ])('divergence at temperature %d', (temperature, expected) => {
    const { loss } = lossAndGradient({ ...published, temperature, crossEntropyWeight: 0, distillationWeight: 1 });
    expectClose([loss], [expected], 1e-7);
  });

  test('divergence of each image at temperature 10', () => {
    const soft = (logits: number[]) => softened(backend, tf.tensor2d(logits, [2, 3]), 10);
    expectClose(klDivergence(backend, soft(teacher), soft(student)).dataSync(), [0.00418702, 0.01063295], 1e-7);
  });

  test("the example's sum of both, and its gradient", () => {
    const { loss, gradient } = lossAndGradient(published);
    expectClose([loss], [0.60773854], 1e-6);
    expectClose(gradient, [-0.09343701, 0.05886646, 0.03457055, 0.00946034, 0.20336022, -0.21282056], 1e-7);
  });

  test('divergence of certainties is clipped as in Keras', () => {
    const divergence = klDivergence(backend, tf.tensor2d([[1, 0, 0]]), tf.tensor2d([[0, 1, 0]]));
    expectClose(divergence.dataSync(), [16.11809], 1e-5);
  });
});

describe('Adam', () => {
  function weightsAfter(epsilonForm: 'keras' | 'tfjs', gradients: readonly number[], epsilon = 1e-7): number[] {
    const adam = { beta1: 0.9, beta2: 0.999, epsilon, epsilonForm };
    const weight = { name: 'w', shape: [1], role: 'kernel', trainable: true } as const;
    const program = backend.compile({
      variables: [{ name: 'w', shape: [1] }, ...adamVariables([weight])],
      functions: {
        step: {
          inputs: { gradient: { shape: [1], dtype: 'float32' } },
          body(scope, inputs) {
            adamStep(backend, scope, adam, new Map([['w', inputs['gradient'] as Tensor]]), tf.scalar(1e-3));
            return {};
          },
        },
      },
    });
    program.write(new Map([['w', Float32Array.of(1)]]));
    program.write(initialAdam(adam));
    return gradients.map((gradient) => {
      program.run('step', { gradient: Float32Array.of(gradient) });
      return program.read(['w']).get('w')?.[0] ?? Number.NaN;
    });
  }

  test.each(['keras', 'tfjs'] as const)('steps as Keras does (epsilon as in %s)', (form) => {
    expectClose(weightsAfter(form, [0.5, -0.25, 0.1]), [0.999, 0.9987337, 0.99841845], 1e-7);
  });

  test('adds epsilon to the uncorrected root in Keras, to the corrected one in TensorFlow.js', () => {
    // The first step is g / (|g| + epsilon sqrt(1 / (1 - beta2))) in the one, g / (|g| + epsilon) in the other.
    const gradient = 1e-4;
    const epsilon = 1e-4;
    const step = (form: 'keras' | 'tfjs') => 1 - (weightsAfter(form, [gradient], epsilon)[0] ?? Number.NaN);
    expect(step('tfjs')).toBeCloseTo(1e-3 / 2, 6);
    expect(step('keras')).toBeCloseTo(1e-3 / (1 + Math.sqrt(1000)), 6);
  });
});

describe('batch norm in training', () => {
  const network = defineNetwork('norm', 2, 2, (layers, images) =>
    layers.dense('dense', layers.globalAverage(layers.batchNorm('norm', images)), 2),
  );

  function movingAfterStep(batchNormVariance: 'unbiased' | 'biased') {
    const form = { size: 2, pixels: 'float32' } as const;
    const settings = plainSettings(network, { batchNormVariance });
    const program = backend.compile(
      trainingProgram(backend, settings, { steps: [form], refresh: [], evaluation: form }),
    );
    program.write(new Map([['norm/moving_variance', Float32Array.of(1, 1, 1)], ...initialAdam(settings.optimizer)]));
    program.run(trainingFunctions.step(2), {
      images: Float32Array.from({ length: 24 }, (_, index) => index ** 1.5),
      labels: Int32Array.of(0, 1),
      rate: Float32Array.of(0),
    });
    return program.read(['norm/moving_mean', 'norm/moving_variance']);
  }

  test.each([
    ['unbiased', [13.04031, 14.36702, 15.65157]],
    ['biased', [11.53402, 12.69489, 13.81887]],
  ] as const)('moves the %s variance and the mean', (kind, variance) => {
    const moving = movingAfterStep(kind);
    expectClose(moving.get('norm/moving_variance'), variance, 1e-6);
    expectClose(moving.get('norm/moving_mean'), [0.3989483, 0.4450293, 0.4941773], 1e-6);
  });
});

describe('weight averaging', () => {
  /** The average of a weight that is 1, 2, …, `steps` after its steps. */
  function averageOf(averaging: Averaging, steps: number, start: number, unit: 'step' | 'epoch' = 'step'): number {
    let average = start;
    for (let index = 0; index < steps; index += 1) {
      const moment = unit === 'step' ? { step: index } : { epoch: index };
      average += averagingRate(averaging, moment) * (index + 1 - average);
    }
    return average;
  }

  test('SWA takes equal snapshots at start, start + period, …', () => {
    expect(averageOf({ kind: 'swa', start: 0, period: 10 }, 25, 0)).toBeCloseTo(11, 12);
    expect(averageOf({ kind: 'swa', start: 3, period: 4 }, 25, 0)).toBeCloseTo(14, 12);
  });

  test("SWA takes 194 snapshots of the example's 1,935 steps", () => {
    const swa = { kind: 'swa', start: 0, period: 10 } as const;
    const rates = Array.from({ length: 1935 }, (_, step) => averagingRate(swa, { step }));
    expect(rates.filter((rate) => rate > 0)).toHaveLength(194);
  });

  test('the moving average follows tensorflow-addons', () => {
    const plain = { kind: 'moving-average', start: 0, decay: 0.99, dynamic: false } as const;
    expect(averageOf(plain, 25, 0)).toBeCloseTo(3.0043146, 7);
  });

  test('a dynamic moving average forgets faster at first', () => {
    const dynamic = { kind: 'moving-average', start: 0, decay: 0.99, dynamic: true } as const;
    const rates = [0, 9, 2000].map((step) => averagingRate(dynamic, { step }));
    expectClose(rates, [1 - 1 / 10, 1 - 10 / 19, 1 - 0.99], 1e-12);
  });

  test('a moving average that starts late begins at the weights just before', () => {
    const late = { kind: 'moving-average', start: 3, decay: 0.5, dynamic: false } as const;
    expect(averageOf(late, 4, 0)).toBe((3 + 4) / 2);
  });

  test('the mean of epoch ends is that of torch.optim.swa_utils.AveragedModel', () => {
    expect(averageOf({ kind: 'epoch', start: 2 }, 6, 0, 'epoch')).toBeCloseTo((3 + 4 + 5 + 6) / 4, 12);
    expect(averagingRate({ kind: 'epoch', start: 2 }, { step: 7 })).toBe(0);
  });
});

describe('callbacks', () => {
  const losses = [1.0, 0.9, 0.95, 0.89995, 0.8999, 0.91, 0.92, 0.93, 0.94, 0.95];

  test('ReduceLROnPlateau lowers the rate where Keras does', () => {
    const settings = { monitor: 'loss', factor: 0.1, patience: 3, minDelta: 1e-4, cooldown: 0, minimum: 0 } as const;
    let state = startPlateau(1e-3);
    const rates = losses.map((loss) => {
      const rate = state.rate;
      state = reduceOnPlateau(settings, state, { loss, accuracy: 0 });
      return rate;
    });
    expectClose(rates, [...Array(5).fill(1e-3), ...Array(3).fill(1e-4), ...Array(2).fill(1e-5)], 1e-12);
  });

  test('EarlyStopping stops after as many epochs without improvement as its patience', () => {
    const settings = { monitor: 'loss', patience: 3, minDelta: 0, restore: 'at-stop' } as const;
    let state = startStopping;
    const stopped = losses.map((loss) => {
      state = stopEarly(settings, state, { loss, accuracy: 0 }).state;
      return state.stopped;
    });
    expect(stopped.indexOf(true)).toBe(7);
  });
});
