import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Convolution, Layers, Pooling } from '../networks/layers.ts';
import type { Tools } from './tools.ts';

/** Reads a weight by its name. */
export type ReadWeight = (name: string) => Tensor;

/** The layers that compute the same in training and in inference. */
export function arithmetic(
  { tf, kernels }: Tools,
  read: ReadWeight,
): Omit<Layers<Tensor>, 'batchNorm' | 'normalisedConvolution'> {
  return {
    rescale: (x) => tf.sub(tf.mul(x, 1 / 127.5), 1),
    convolution(name, x, { bias = true, ...options }) {
      const y = convolve(tf, x as Tensor4D, read(`${name}/kernel`) as Tensor4D, options);
      return bias ? tf.add(y, read(`${name}/bias`)) : y;
    },
    relu: (x) => kernels.relu(x),
    maxPool(x, { size, stride, padding }) {
      return tf.maxPool(padZeros(tf, x as Tensor4D, padding), size, stride, 'valid');
    },
    residual: (shortcut, branch) => tf.add(shortcut, branch),
    globalAverage: (x) => tf.mean(x, [1, 2]),
    dense: (name, x, _units) =>
      tf.add(tf.matMul(x as Tensor2D, read(`${name}/kernel`) as Tensor2D), read(`${name}/bias`)),
  };
}

/** Convolution without bias. x [N, H, W, C]; kernel [size, size, C, filters]. */
export function convolve(
  tf: Tools['tf'],
  x: Tensor4D,
  kernel: Tensor4D,
  { size, stride, padding }: Convolution,
): Tensor4D {
  const sides = x.shape.slice(1, 3);
  if (sides.every((side) => samePadsEvenly(side, { size, stride, padding }))) {
    return tf.conv2d(x, kernel, stride, 'same');
  }
  return tf.conv2d(padZeros(tf, x, padding), kernel, stride, 'valid');
}

/**
 * Whether TensorFlow's 'same' adds exactly `padding` zeros on both sides, which saves a separate padding operation: it adds max((ceil(side
 * / stride) - 1) stride + size - side, 0) in total, the odd one at the end.
 */
function samePadsEvenly(side: number, { size, stride, padding }: Pooling): boolean {
  return Math.max((Math.ceil(side / stride) - 1) * stride + size - side, 0) === 2 * padding;
}

function padZeros(tf: Tools['tf'], x: Tensor4D, padding: number): Tensor4D {
  if (padding === 0) return x;
  return tf.pad4d(x, [
    [0, 0],
    [padding, padding],
    [padding, padding],
    [0, 0],
  ]);
}

/** The four vectors of a batch norm. */
export function readBatchNorm(read: ReadWeight, name: string) {
  const vector = (role: string) => read(`${name}/${role}`) as Tensor1D;
  return {
    gamma: vector('gamma'),
    beta: vector('beta'),
    mean: vector('moving_mean'),
    variance: vector('moving_variance'),
  };
}
