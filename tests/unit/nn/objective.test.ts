import type { Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Distillation, drawInitialWeights, type Objective, openClassifier } from '../../../src/nn/index.ts';
import { inferencePass } from '../../../src/nn/passes/inference.ts';
import { initialAdam } from '../../../src/nn/training/adam.ts';
import { objectiveLoss } from '../../../src/nn/training/objective.ts';
import { trainingFunctions, trainingProgram } from '../../../src/nn/training/program.ts';
import { testBackend } from './backend.ts';
import { plainSettings } from './settings.ts';
import { stripes, tiny } from './stripes.ts';

const backend = await testBackend();
const { tf } = backend;

const distillation: Distillation = {
  kind: 'distillation',
  temperature: 2,
  temperatureSquared: false,
  crossEntropyWeight: 1,
  distillationWeight: 1,
  confidence: 0,
};
const student = [
  [1, 0, -0.5],
  [-1, 2, 0.25],
];
const teacher = [
  [3, -1, 0.5],
  [0.2, 0.1, 0],
];

function lossOf(objective: Objective, labels: readonly number[], images: readonly number[] = [0, 1]): number {
  const rows = (values: readonly number[][]) => tf.tensor2d(images.map((image) => values[image] ?? []));
  return tf.tidy(
    () =>
      objectiveLoss(backend, objective, {
        logits: rows(student),
        labels: tf.tensor1d([...labels], 'int32'),
        teacherLogits: rows(teacher),
      }).dataSync()[0] ?? Number.NaN,
  );
}

const crossEntropy = { kind: 'cross-entropy' } as const;
const divergenceOnly = { ...distillation, crossEntropyWeight: 0 };

describe('the objective', () => {
  test('weighs its two terms', () => {
    const weighted = { ...distillation, crossEntropyWeight: 0.1, distillationWeight: 0.9 };
    const expected = 0.1 * lossOf(crossEntropy, [0, 2]) + 0.9 * lossOf(divergenceOnly, [0, 2]);
    expect(lossOf(weighted, [0, 2])).toBeCloseTo(expected, 6);
  });

  test('lets all classes divide a share of the label', () => {
    const smoothed = (labelSmoothing: number, label: number) =>
      lossOf({ kind: 'cross-entropy', labelSmoothing }, [label], [0]);
    const [one, two, three] = [0, 1, 2].map((label) => lossOf(crossEntropy, [label], [0])) as [number, number, number];
    expect(smoothed(0.3, 1)).toBeCloseTo(0.7 * two + (0.3 * (one + two + three)) / 3, 6);
    expect(lossOf({ kind: 'cross-entropy', labelSmoothing: 0.3 }, [1, -1])).toBeCloseTo(smoothed(0.3, 1), 6);
    expect(lossOf({ ...distillation, labelSmoothing: 0.3 }, [0, 1])).not.toBeCloseTo(lossOf(distillation, [0, 1]), 3);
  });

  test('adds the Jensen-Shannon divergence of the views to the cross-entropy of the first', () => {
    // Two images, two views each: views of one image lie two rows apart.
    const views = [
      [1, 0, -0.5],
      [-1, 2, 0.25],
      [0, 1, 0.5],
      [-1, 2, 0.25],
    ];
    const softmax = (row: readonly number[]) => {
      const powers = row.map(Math.exp);
      return powers.map((power) => power / powers.reduce((sum, value) => sum + value, 0));
    };
    const divergence = (p: readonly number[], q: readonly number[]) =>
      p.reduce((sum, share, index) => sum + share * Math.log(share / q[index]!), 0);
    const [one, other] = [softmax(views[0]!), softmax(views[2]!)];
    const mean = one.map((share, index) => (share + other[index]!) / 2);
    // The second image's views agree: nothing of theirs diverges.
    const expected = (divergence(one, mean) + divergence(other, mean)) / 2 / 2;
    const found = tf.tidy(
      () =>
        objectiveLoss(
          backend,
          { kind: 'consistency', weight: 12 },
          { logits: tf.tensor2d(views), labels: tf.tensor1d([0, 2], 'int32'), teacherLogits: undefined },
        ).dataSync()[0],
    );
    expect(found).toBeCloseTo(lossOf(crossEntropy, [0, 2]) + 12 * expected, 5);
  });

  test('multiplies the divergence by the squared temperature when told to', () => {
    const squared = lossOf({ ...divergenceOnly, temperatureSquared: true }, [0, 2]);
    expect(squared).toBeCloseTo(4 * lossOf(divergenceOnly, [0, 2]), 6);
  });

  test('takes cross-entropy over labelled images only, divergence over all', () => {
    expect(lossOf(crossEntropy, [0, -1])).toBeCloseTo(lossOf(crossEntropy, [0], [0]), 6);
    expect(lossOf(crossEntropy, [-1, -1])).toBe(0);
    expect(lossOf(divergenceOnly, [0, -1])).toBeCloseTo(lossOf(divergenceOnly, [0, 2]), 6);
  });

  test('leaves the divergence out, as 0, where the teacher is unsure at temperature 1', () => {
    const sure = lossOf({ ...divergenceOnly, confidence: 0.8 }, [0, 2]);
    expect(sure).toBeCloseTo(lossOf(divergenceOnly, [0], [0]) / 2, 6);
    expect(lossOf({ ...divergenceOnly, confidence: 0.99 }, [0, 2])).toBe(0);
  });

  test('sends no gradient by cross-entropy to images without a label', () => {
    const gradient = tf.tidy(() =>
      tf
        .grad((logits) =>
          objectiveLoss(backend, crossEntropy, {
            logits: logits as Tensor2D,
            labels: tf.tensor1d([0, -1], 'int32'),
            teacherLogits: undefined,
          }),
        )(tf.tensor2d(student))
        .dataSync(),
    );
    expect([...gradient.slice(3)].map(Math.abs)).toEqual([0, 0, 0]);
    expect(Math.abs(gradient[0] ?? 0)).toBeGreaterThan(0.1);
  });
});

describe("a student's step", () => {
  const form = { size: 6, pixels: 'uint8' } as const;
  const clean = stripes(0, 6);
  const noisy = { ...stripes(0, 6), images: stripes(90, 6).images };
  const teacherWeights = drawInitialWeights(tiny, 1);
  const settings = plainSettings(tiny, {
    objective: { ...distillation, temperatureSquared: true },
    // Above rounding, which is all there is of the gradient by a bias in front of a batch norm, and which Adam would scale up.
    optimizer: { ...plainSettings(tiny).optimizer, epsilon: 1e-3 },
  });
  const step = trainingFunctions.step(6);
  const spec = trainingProgram(backend, settings, { steps: [form], refresh: [], evaluation: form });

  /** The same step with the teacher inside it, looking at the clean view, as the published example has it. */
  function withLiveTeacher(): typeof spec {
    const cached = spec.functions[step]!;
    const { teacherLogits: _, ...inputs } = cached.inputs;
    return {
      variables: [...spec.variables, ...tiny.weights.map(({ name, shape }) => ({ name: `teacher/${name}`, shape }))],
      functions: {
        [step]: {
          inputs: { ...inputs, clean: inputs['images']! },
          body(scope, fed) {
            const pass = inferencePass(backend, (name) => scope.read(`teacher/${name}`));
            return cached.body(scope, { ...fed, teacherLogits: tiny.forward(pass, fed['clean']!) });
          },
        },
      },
    };
  }

  function weightsAfterThreeSteps(
    program: ReturnType<typeof backend.compile>,
    fed: Record<string, Float32Array | Uint8Array>,
  ) {
    program.write(drawInitialWeights(tiny, 2));
    program.write(initialAdam(settings.optimizer));
    for (let count = 0; count < 3; count += 1) {
      const labels = Int32Array.from(noisy.labels);
      program.run(step, { images: noisy.images, labels, rate: Float32Array.of(1e-3), ...fed });
    }
    const weights = program.read(tiny.weights.map(({ name }) => name));
    program.dispose();
    return weights;
  }

  test('is the same with cached logits as with a live teacher', () => {
    const classifier = openClassifier(backend, tiny, teacherWeights, form);
    const teacherLogits = classifier.logits(clean.images, 6);
    classifier.dispose();
    const cached = weightsAfterThreeSteps(backend.compile(spec), { teacherLogits });
    const liveProgram = backend.compile(withLiveTeacher());
    liveProgram.write(new Map([...teacherWeights].map(([name, values]) => [`teacher/${name}`, values])));
    const live = weightsAfterThreeSteps(liveProgram, { clean: clean.images });
    for (const [name, values] of cached) {
      for (const [index, value] of values.entries())
        expect(value).toBeCloseTo(live.get(name)?.[index] ?? Number.NaN, 6);
    }
    const without = weightsAfterThreeSteps(backend.compile(spec), { teacherLogits: new Float32Array(18) });
    expect(without.get('dense/kernel')).not.toEqual(cached.get('dense/kernel'));
  });
});
