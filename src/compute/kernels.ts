import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

/** Operations with fused forward and gradient kernels if the backend has them, otherwise compositions. All differentiable. */
export interface Kernels {
  /**
   * Batch normalisation with the batch's own statistics over N, H, W.
   * @param x [N, H, W, C]; gamma, beta [C].
   * @returns y [N, H, W, C]; mean [C]; variance [C], unbiased (x N/(N-1), N = count of values per channel), as FusedBatchNormV3 gives it.
   */
  batchNormTraining(
    x: Tensor4D,
    gamma: Tensor1D,
    beta: Tensor1D,
    epsilon: number,
  ): { y: Tensor4D; mean: Tensor1D; variance: Tensor1D };
  /** Batch normalisation with given statistics. x [N, H, W, C]; the rest [C]. */
  batchNormInference(
    x: Tensor4D,
    gamma: Tensor1D,
    beta: Tensor1D,
    mean: Tensor1D,
    variance: Tensor1D,
    epsilon: number,
  ): Tensor4D;
  relu<T extends Tensor>(x: T): T;
  /** Cross-entropy of each row, in nats: logsumexp(z) - z_y. @param logits [N, K]; labels [N] int32 in 0..K-1. @returns [N]. */
  sparseSoftmaxCrossEntropy(logits: Tensor2D, labels: Tensor1D): Tensor1D;
}
