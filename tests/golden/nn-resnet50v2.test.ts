import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programClassifier } from '../../src/nn/classifier.ts';
import { openClassifier, resnet50v2 } from '../../src/nn/index.ts';
import { inferencePass } from '../../src/nn/passes/inference.ts';
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
const backend = await testBackend();

const logitsOfA = [
  -0.165321, 0.28975, -0.581681, 0.299708, 0.242678, -0.076097, 0.281286, 0.013706, -0.500371, 0.287447,
];

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

describe('its inner values', () => {
  const seen = new Map<string, Float32Array>();

  beforeAll(() => {
    const { tf } = backend;
    const shapes = new Map(network.weights.map(({ name, shape }) => [name, [...shape]]));
    tf.tidy(() => {
      const pass = inferencePass(backend, (name) => tf.tensor(weights.get(name)!, shapes.get(name)!));
      const record = (name: string, value: Tensor) => {
        seen.set(name, value.dataSync<'float32'>());
        return value;
      };
      let blocks = 0;
      network.forward(
        {
          ...pass,
          convolution: (name, x, options) => record(name, pass.convolution(name, x, options)),
          maxPool: (x, options) => record(`pool of ${options.size}`, pass.maxPool(x, options)),
          residual: (shortcut, branch) => record(`block ${++blocks}`, pass.residual(shortcut, branch)),
          relu: (x) => record('last relu', pass.relu(x)),
        },
        tf.tensor(Float32Array.from(batch), [2, 72, 72, 3]),
      );
    });
  });

  test.each([
    ['conv1_conv', [-0.0063419, 0.1554322], [0.0747879, -0.0660559, -0.0278206]],
    ['pool of 3', [0.165184, 0.1392959], [0.2174601, 0.0921219, 0.0675817]],
    ['block 3', [0.0191921, 0.2713554], [-0.1072724, 0.1075892, 0.0111297]],
    ['block 7', [-0.00399, 0.2927677], [0.1897923, -0.4401277, -0.6406558]],
    ['block 13', [0.0055482, 0.3034467], [0.0363326, -0.2713511, -0.3987102]],
    ['block 16', [0.0034404, 0.2717513], [-0.0042255, -0.026691, 0.1204366]],
    ['last relu', [0.1177453, 0.1731], [0.0172631, 0, 0.0893805]],
  ] as const)('%s: mean, deviation and first values', (name, [mean, deviation], first) => {
    const values = seen.get(name) ?? new Float32Array();
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
    expectClose([average, Math.sqrt(variance)], [mean, deviation], 1e-6);
    expectClose(values, first, 1e-6);
  });
});

test("with batch norm folded into convolutions, its logits are Keras's", () => {
  const classifier = openClassifier(backend, network, weights, form);
  expectClose(classifier.logits(batch, 2), logitsOfA, 1e-5);
  classifier.dispose();
});

/**
 * Of the gradients of the earliest weights. In float32 a rectifier whose input is near 0 falls either way, as the order of additions has
 * it, which differs between CPUs, and each one that turns changes every gradient before it: of the 1.6 million here TensorFlow's own
 * kernels turn 3 (and so does Keras's float32), oneDNN's 8, all within 5e-5 of 0 in float64; float64 with Keras's three turned gives
 * Keras's float32 norms. Away from 0 every gradient is held to Keras's at 1e-3: tests/keras/parity.test.ts.
 */
const earlyTolerance = 1e-2;

describe.each([
  { how: 'compiled', make: backend.compile, batchNormVariance: 'unbiased' },
  { how: 'an operation at a time', make: backend.interpret, batchNormVariance: 'biased' },
] as const)('its program, $how', ({ make, batchNormVariance }) => {
  const settings = plainSettings(network, { batchNormVariance });
  const program = make(trainingProgram(backend, settings, { steps: [form], refresh: [], evaluation: form }));
  const trainable = network.weights.filter((weight) => weight.trainable).map(({ name }) => name);
  let inferred: Float32Array;
  let step: Readonly<Record<string, Float32Array>>;
  let norms: ReadonlyMap<string, number>;
  let after: ReadonlyMap<string, Float32Array>;

  beforeAll(() => {
    program.write(weights);
    program.write(initialAdam(settings.optimizer));
    inferred = programClassifier(program, trainingFunctions.logits, network, form).logits(batch, 2);
    const labels = Int32Array.of(3, 7);
    step = program.run(trainingFunctions.step(2), { images: batch, labels, rate: Float32Array.of(1e-3) });
    after = program.read(network.weights.map(({ name }) => name));
    // After the first step m is 0.1 times the gradient.
    const moments = program.read(trainable.map((name) => `${name}/m`));
    norms = new Map(
      trainable.map((name) => [
        name,
        10 * Math.sqrt(moments.get(`${name}/m`)!.reduce((sum, value) => sum + value ** 2, 0)),
      ]),
    );
  });
  afterAll(() => program.dispose());

  test("gives Keras's logits in inference", () => {
    expectClose(inferred, logitsOfA, 1e-5);
  });

  test("gives Keras's loss and logits in training", () => {
    expectClose(step['loss'], [1.915616], 1e-5);
    expectClose(
      step['logits'],
      [-0.63251, 0.52502, -0.49236, 1.43046, 0.21152, -0.40201, 0.29527, -0.52704, -1.08077, 1.46076],
      1e-3,
    );
  });

  test.each([
    ['conv1_conv/kernel', 360.45],
    ['conv1_conv/bias', 0.9615],
    ['conv2_block1_preact_bn/gamma', 5.932],
    ['conv2_block1_preact_bn/beta', 5.315],
  ])('gives the gradient norm of %s as far as rectifiers near 0 let float32', (name, norm) => {
    expectClose([norms.get(name) ?? 0], [norm], earlyTolerance);
  });

  test.each([
    ['post_bn/gamma', 0.36446],
    ['post_bn/beta', 0.45585],
    ['dense/kernel', 11.97894],
    ['dense/bias', 0.61502],
  ])('gives the gradient norm of %s', (name, norm) => {
    expectClose([norms.get(name) ?? 0], [norm], 1e-5);
  });

  test('gives the global gradient norm', () => {
    expectClose([Math.hypot(...norms.values())], [409.69], 2e-3);
  });

  test(`moves the moving statistics, variance ${batchNormVariance}`, () => {
    expectClose(after.get('conv2_block1_preact_bn/moving_mean'), [-0.0435928, 0.0142954, -0.063952], 1e-5);
    expectClose(after.get('conv2_block1_preact_bn/moving_variance'), [0.9573091, 0.6568757, 0.8097929], 1e-5);
    const variance =
      batchNormVariance === 'unbiased' ? [0.8902571, 0.6643593, 1.3040222] : [0.8900641, 0.6640388, 1.3037225];
    expectClose(after.get('post_bn/moving_variance'), variance, 1e-5);
  });

  test("takes Keras's Adam step", () => {
    expectClose(after.get('dense/bias'), [0.0413474, -0.086739, 0.067166, -0.0802712], 1e-6);
    expectClose(after.get('conv1_conv/kernel'), [-0.0215333, -0.0101775, 0.0013627, 0.0185177], 1e-6);
  });
});
