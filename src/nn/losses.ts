import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Tools } from './passes/tools.ts';

/** Probabilities are clipped to this from below before their logarithm, as Keras's KLDivergence does (`keras.backend.epsilon()`). */
const smallestProbability = 1e-7;

/**
 * Kullback-Leibler divergence of each row, in nats: sum over classes of p ln(p / q), both clipped to [1e-7, 1].
 * @param p, q [N, K] probabilities. @returns [N].
 */
export function klDivergence({ tf }: Tools, p: Tensor2D, q: Tensor2D): Tensor1D {
  const clippedP = tf.clipByValue(p, smallestProbability, 1);
  const clippedQ = tf.clipByValue(q, smallestProbability, 1);
  return tf.sum(tf.mul(clippedP, tf.log(tf.div(clippedP, clippedQ))), 1);
}

/** Softmax of logits divided by a temperature. @param logits [N, K]. @returns [N, K]. */
export function softened({ tf }: Tools, logits: Tensor2D, temperature: number): Tensor2D {
  return tf.softmax(tf.div(logits, temperature));
}

/**
 * Mean cross-entropy over the labelled images, in nats; 0 if there are none.
 * @param logits [N, K]; labels [N] int32, 0..K-1, or -1 for an image without a label.
 * @param smoothing the share of the label that all classes divide equally (Szegedy et al. 2016, section 7). @returns scalar.
 */
export function meanCrossEntropy({ tf, kernels }: Tools, logits: Tensor2D, labels: Tensor1D, smoothing = 0): Scalar {
  const labelled = tf.cast(tf.greaterEqual(labels, 0), 'float32');
  let losses: Tensor1D = kernels.sparseSoftmaxCrossEntropy(logits, tf.maximum(labels, tf.scalar(0, 'int32')));
  if (smoothing > 0) {
    const equally = tf.neg(tf.mean(tf.logSoftmax(logits), 1)) as Tensor1D;
    losses = tf.add(tf.mul(losses, 1 - smoothing), tf.mul(equally, smoothing));
  }
  return tf.div(tf.sum(tf.mul(losses, labelled)), tf.maximum(tf.sum(labelled), 1));
}
