import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../kernels.ts';

/** The same operations, composed of tfjs's own, for backends without fused kernels. */
export function composeKernels(tf: typeof tfjs): Kernels {
  return {
    batchNormTraining(x, gamma, beta, epsilon) {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      const y = tf.batchNorm(x, mean as Tensor1D, variance as Tensor1D, beta, gamma, epsilon) as Tensor4D;
      const values = x.shape[0] * x.shape[1] * x.shape[2];
      const unbiased = tf.mul(variance, values / Math.max(values - 1, 1));
      return { y, mean: mean as Tensor1D, variance: unbiased as Tensor1D };
    },
    batchNormInference(x, gamma, beta, mean, variance, epsilon) {
      return tf.batchNorm(x, mean, variance, beta, gamma, epsilon) as Tensor4D;
    },
    relu: (x) => tf.relu(x),
    sparseSoftmaxCrossEntropy(logits, labels) {
      const own = tf.oneHot(labels, logits.shape[1]);
      return tf.sum(tf.mul(tf.neg(tf.logSoftmax(logits)), own), 1) as Tensor1D;
    },
  };
}
