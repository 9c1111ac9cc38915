import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { compileProgram } from '../../../src/compute/graph/compile.ts';
import { composeKernels } from '../../../src/compute/kernels/composed.ts';
import { makeKernels } from '../../../src/compute/kernels/fused.ts';
import type { Kernels } from '../../../src/compute/kernels.ts';
import { testNative } from '../../support/native.ts';
import { smallProgram } from './small-network.ts';

const native = testNative();
const { tf } = native;
const fused = makeKernels(native);
const composed = composeKernels(tf);
const epsilon = 1.001e-5;

function normal(shape: number[], mean: number, seed: number): Tensor {
  return tf.randomNormal(shape, mean, 1, 'float32', seed);
}

const x = normal([4, 3, 3, 5], 1, 1) as Tensor4D;
const gamma = normal([5], 1, 2) as Tensor1D;
const beta = normal([5], 0, 3) as Tensor1D;
const mean = normal([5], 1, 4) as Tensor1D;
const variance = tf.abs(normal([5], 2, 5)) as Tensor1D;
const logits = normal([6, 10], 0, 6) as Tensor2D;
const labels = tf.tensor1d([3, 0, 9, 9, 1, 4], 'int32');

function close(actual: Tensor, expected: Tensor, tolerance = 1e-5): void {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = expected.dataSync();
  for (const [index, value] of actual.dataSync().entries()) {
    expect(Math.abs(value - wanted[index]!)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(wanted[index]!)));
  }
}

/** The result, and the gradients of a weighted sum of it by every input, are the same fused and composed. */
function same(inputs: Tensor[], f: (kernels: Kernels, inputs: Tensor[]) => Tensor): void {
  const weights = normal(f(composed, inputs).shape, 0, 7);
  const [ours, reference] = [fused, composed].map((kernels) => ({
    value: f(kernels, inputs),
    grads: tf.grads((...inputs: Tensor[]) => tf.sum(tf.mul(f(kernels, inputs), weights)))(inputs),
  }));
  close(ours!.value, reference!.value);
  for (const [index, gradient] of ours!.grads.entries()) close(gradient, reference!.grads[index]!);
}

describe('fused kernels equal compositions, forward and backward', () => {
  test('batch normalisation with batch statistics', () => {
    same(
      [x, gamma, beta],
      (kernels, [x, gamma, beta]) =>
        kernels.batchNormTraining(x as Tensor4D, gamma as Tensor1D, beta as Tensor1D, epsilon).y,
    );
  });

  test('statistics of the batch', () => {
    const [ours, reference] = [fused, composed].map((kernels) => kernels.batchNormTraining(x, gamma, beta, epsilon));
    close(ours!.mean, reference!.mean);
    close(ours!.variance, reference!.variance);
  });

  test('batch normalisation with given statistics', () => {
    same([x, gamma, beta], (kernels, [x, gamma, beta]) =>
      kernels.batchNormInference(x as Tensor4D, gamma as Tensor1D, beta as Tensor1D, mean, variance, epsilon),
    );
  });

  test('rectified linear unit', () => {
    same([tf.sub(x, 1)], (kernels, [x]) => kernels.relu(x!));
  });

  test('cross-entropy of integer labels', () => {
    same([logits], (kernels, [logits]) => kernels.sparseSoftmaxCrossEntropy(logits as Tensor2D, labels));
  });
});

test('cross-entropy that must be deterministic on a GPU is composed, compiles, and learns the same', () => {
  const losses = (kernels: Kernels) => {
    const program = compileProgram(native, smallProgram(tf, kernels));
    expect(program.mode).toEqual({ kind: 'compiled' });
    const values = (length: number) => Float32Array.from({ length }, (_, at) => Math.sin(at));
    const initial = { kernel: values(108), gamma: values(4), dense: values(12) };
    program.write(new Map(Object.entries(initial)));
    const images = Uint8Array.from({ length: 8 * 108 }, (_, at) => (at * at * 31) % 256);
    const inputs = { images, labels: Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1), rate: Float32Array.of(0.01) };
    const found = Array.from({ length: 5 }, () => program.run('step', inputs)['loss']![0]!);
    program.dispose();
    return found;
  };
  const deterministic = makeKernels(native, { deterministicOnGpu: true });
  const operations = vi.spyOn(native.backend, 'executeMultipleOutputs');
  close(deterministic.sparseSoftmaxCrossEntropy(logits, labels), fused.sparseSoftmaxCrossEntropy(logits, labels));
  expect(operations.mock.calls.map(([name]) => name)).toEqual(['SparseSoftmaxCrossEntropyWithLogits']);
  operations.mockRestore();
  const [plain, composed] = [losses(fused), losses(deterministic)];
  expect(plain[4]).not.toBe(plain[0]);
  for (const [step, loss] of composed.entries()) expect(Math.abs(loss - plain[step]!)).toBeLessThan(1e-5);
});

describe('against numbers of other implementations', () => {
  // TensorFlow's float32 FusedBatchNorm on (0..23)^1.5.
  test('the variance is unbiased', () => {
    const powers = tf.tensor4d(
      Array.from({ length: 24 }, (_, i) => i ** 1.5),
      [2, 2, 2, 3],
    );
    const { mean, variance } = fused.batchNormTraining(powers, tf.ones([3]), tf.zeros([3]), epsilon);
    close(tf.add(tf.mul(tf.zeros([3]), 0.99), tf.mul(mean, 0.01)), tf.tensor1d([0.3989483, 0.4450293, 0.4941773]));
    close(tf.add(0.99, tf.mul(variance, 0.01)), tf.tensor1d([13.04031, 14.36702, 15.65157]));
  });

  test('cross-entropy', () => {
    const losses = fused.sparseSoftmaxCrossEntropy(
      tf.tensor2d([
        [1, 0, -0.5],
        [-1, 2, 0.25],
      ]),
      tf.tensor1d([0, 2], 'int32'),
    );
    close(tf.mean(losses), tf.scalar(1.20806713));
  });
});

test('nothing stays behind when the caller tidies', () => {
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const step = (x: Tensor) => tf.sum(fused.relu(fused.batchNormTraining(x as Tensor4D, gamma, beta, epsilon).y));
    tf.grad(step)(x);
    fused.sparseSoftmaxCrossEntropy(logits, labels);
  });
  expect(tf.memory().numTensors).toBe(before);
});
