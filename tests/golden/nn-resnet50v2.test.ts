import { beforeAll, describe, expect, test } from 'vitest';
import type { Program } from '../../src/compute/program.ts';
import { programClassifier } from '../../src/nn/classifier.ts';
import { openClassifier, resnet50v2 } from '../../src/nn/index.ts';
import { initialAdam } from '../../src/nn/training/adam.ts';
import { trainingFunctions, trainingProgram } from '../../src/nn/training/program.ts';
import { expectClose } from '../support/expect-close.ts';
import { imageA, imageB } from '../support/reference.ts';
import { testBackend } from '../unit/nn/backend.ts';
import { plainSettings } from '../unit/nn/settings.ts';
import { referenceWeights } from './nn-reference-weights.ts';

// Reference: ResNet50V2 of Keras 3.15 and tf_keras 2.21 in float64, with the weights and images made here.
const network = resnet50v2({ imageSize: 72, classes: 10 });
const { weights, generator } = referenceWeights(network);
const batch = Uint8Array.from([...imageA(72), ...imageB(72)]);
const form = { size: 2, pixels: 'uint8' } as const;
const settings = plainSettings(network);

describe('its weights', () => {
  test('are 23,585,290 parameters in 272 tensors, 174 of them trainable', () => {
    const total = network.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(total).toBe(23_585_290);
    expect(network.weights).toHaveLength(272);
    expect(network.weights.filter(({ trainable }) => trainable)).toHaveLength(174);
    expect(network.blocks).toBe(16);
  });

  test("stand in Keras's order, under its names", () => {
    const at = (index: number) => `${network.weights[index]?.name} ${network.weights[index]?.shape.join('x')}`;
    expect(at(0)).toBe('conv1_conv/kernel 7x7x3x64');
    expect(at(16)).toBe('conv2_block1_0_conv/kernel 1x1x64x256');
    expect(at(18)).toBe('conv2_block1_3_conv/kernel 1x1x64x256');
    expect(at(52)).toBe('conv3_block1_preact_bn/gamma 256');
    expect(at(118)).toBe('conv4_block1_preact_bn/gamma 512');
    expect(at(216)).toBe('conv5_block1_preact_bn/gamma 1024');
    expect(at(269)).toBe('post_bn/moving_variance 2048');
    expect(at(270)).toBe('dense/kernel 2048x10');
    expect(at(271)).toBe('dense/bias 10');
  });

  test('used up the generator exactly', () => {
    expect(generator.next()).toBe((Math.imul(1664525, 1617847011) + 1013904223) >>> 0);
  });
});

const logitsOfA = [
  -0.165321, 0.28975, -0.581681, 0.299708, 0.242678, -0.076097, 0.281286, 0.013706, -0.500371, 0.287447,
];

const backend = await testBackend();
let program: Program;
let inferred: Float32Array;
let step: Readonly<Record<string, Float32Array>>;

beforeAll(() => {
  program = backend.compile(trainingProgram(backend, settings, { steps: [form], refresh: [], evaluation: form }));
  program.write(weights);
  program.write(initialAdam(settings.optimizer));
  inferred = programClassifier(program, trainingFunctions.logits, network, form).logits(batch, 2);
  step = program.run(trainingFunctions.step(2), {
    images: batch,
    labels: Int32Array.of(3, 7),
    rate: Float32Array.of(1e-3),
  });
  return () => program.dispose();
});

describe('in inference', () => {
  test("gives Keras's logits", () => {
    expectClose(inferred, logitsOfA, 1e-5);
  });

  test('gives the same with batch norm folded into convolutions', () => {
    const classifier = openClassifier(backend, network, weights, form);
    expectClose(classifier.logits(batch, 2), logitsOfA, 1e-5);
    classifier.dispose();
  });
});

describe('a training step', () => {
  const variable = (name: string) => program.read([name]).get(name) ?? new Float32Array();
  /** After the first step m is 0.1 times the gradient. */
  const gradientNorm = (name: string) =>
    10 * Math.sqrt(variable(`${name}/m`).reduce((sum, value) => sum + value ** 2, 0));

  test("gives Keras's loss and logits with the batch's statistics", () => {
    expectClose(step['loss'], [1.915616], 1e-3);
    expectClose(
      step['logits'],
      [-0.63251, 0.52502, -0.49236, 1.43046, 0.21152, -0.40201, 0.29527, -0.52704, -1.08077, 1.46076],
      1e-3,
    );
  });

  test.each([
    ['conv1_conv/kernel', 360.45],
    ['conv2_block1_preact_bn/gamma', 5.932],
    ['conv2_block1_preact_bn/beta', 5.315],
    ['post_bn/gamma', 0.36446],
    ['post_bn/beta', 0.45585],
    ['dense/kernel', 11.97894],
    ['dense/bias', 0.61502],
  ])('gives the gradient norm of %s', (name, norm) => {
    expectClose([gradientNorm(name)], [norm], 1e-3);
  });

  test('gives the gradient norm of conv1_conv/bias as far as float32 goes', () => {
    // Nearly all of it cancels: fused and composed batch norm already differ by 1e-3 of it.
    expectClose([gradientNorm('conv1_conv/bias')], [0.9615], 2e-3);
  });

  test('gives the global gradient norm', () => {
    const norms = network.weights.filter(({ trainable }) => trainable).map(({ name }) => gradientNorm(name));
    expectClose([Math.hypot(...norms)], [409.69], 1e-3);
  });

  test('moves the moving statistics, variance unbiased', () => {
    expectClose(variable('conv2_block1_preact_bn/moving_mean'), [-0.0435928, 0.0142954, -0.063952], 1e-4);
    expectClose(variable('conv2_block1_preact_bn/moving_variance'), [0.9573091, 0.6568757, 0.8097929], 1e-4);
    expectClose(variable('post_bn/moving_variance'), [0.8902571, 0.6643593, 1.3040222], 5e-5);
  });

  test("takes Keras's Adam step", () => {
    expectClose(variable('dense/bias'), [0.0413474, -0.086739, 0.067166, -0.0802712], 1e-6);
    expectClose(variable('conv1_conv/kernel'), [-0.0215333, -0.0101775, 0.0013627, 0.0185177], 1e-6);
  });
});
