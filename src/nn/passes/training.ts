import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Layers } from '../networks/layers.ts';
import { arithmetic, convolve, type ReadWeight, readBatchNorm } from './arithmetic.ts';
import { batchNormEpsilon } from './batch-norm.ts';
import type { Tools } from './tools.ts';

/** The statistics of a batch at one batch norm, [C] each. */
export interface BatchStatistics {
  readonly mean: Tensor1D;
  /** Unbiased: x N/(N-1). */
  readonly variance: Tensor1D;
  /** N, the number of values per channel, in each replica. */
  readonly count: number;
}

/** Settings of a pass in training mode. */
export interface TrainingPassOptions {
  /** Called with the statistics of every batch norm, by its name. */
  readonly onStatistics: (batchNorm: string, statistics: BatchStatistics) => void;
  /**
   * Number of equal parts of a batch, each normalized by its own statistics, as on that many devices; the reported statistics are their
   * mean.
   */
  readonly replicas: number;
  /** [blocks]: the factor of each block's branch, 0 if it is skipped (stochastic depth); absent: no block is skipped. */
  readonly branchScales?: Tensor1D;
}

/** Runs a network with the statistics of the batch itself. */
export function trainingPass(
  tools: Tools,
  read: ReadWeight,
  { onStatistics, replicas, branchScales }: TrainingPassOptions,
): Layers<Tensor> {
  const { tf, kernels } = tools;
  const shared = arithmetic(tools, read);
  let block = 0;
  const layers: Layers<Tensor> = {
    ...shared,
    batchNorm(name, x) {
      const { gamma, beta } = readBatchNorm(read, name);
      const normalise = (part: Tensor) => kernels.batchNormTraining(part as Tensor4D, gamma, beta, batchNormEpsilon);
      const count = x.size / gamma.size / replicas;
      if (replicas === 1) {
        const { y, mean, variance } = normalise(x);
        onStatistics(name, { mean, variance, count });
        return y;
      }
      const parts = tf.split(x, replicas).map(normalise);
      onStatistics(name, {
        mean: tf.mean(tf.stack(parts.map(({ mean }) => mean)), 0),
        variance: tf.mean(tf.stack(parts.map(({ variance }) => variance)), 0),
        count,
      });
      return tf.concat(parts.map(({ y }) => y));
    },
    normalisedConvolution: (name, batchNormName, x, options) =>
      layers.batchNorm(batchNormName, convolve(tf, x as Tensor4D, read(`${name}/kernel`) as Tensor4D, options)),
    residual(shortcut, branch) {
      const scaled = branchScales ? tf.mul(branch, tf.reshape(tf.slice1d(branchScales, block, 1), [])) : branch;
      block += 1;
      return shared.residual(shortcut, scaled);
    },
  };
  return layers;
}
