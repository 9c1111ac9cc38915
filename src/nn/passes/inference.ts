import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Layers } from '../networks/layers.ts';
import { arithmetic, convolve, type ReadWeight, readBatchNorm } from './arithmetic.ts';
import { batchNormEpsilon } from './batch-norm.ts';
import type { Tools } from './tools.ts';

/** Runs a network with its moving statistics. */
export function inferencePass(tools: Tools, read: ReadWeight): Layers<Tensor> {
  const layers: Layers<Tensor> = {
    ...arithmetic(tools, read),
    batchNorm(name, x) {
      const { gamma, beta, mean, variance } = readBatchNorm(read, name);
      return tools.kernels.batchNormInference(x as Tensor4D, gamma, beta, mean, variance, batchNormEpsilon);
    },
    normalisedConvolution: (name, batchNormName, x, options) =>
      layers.batchNorm(batchNormName, convolve(tools.tf, x as Tensor4D, read(`${name}/kernel`) as Tensor4D, options)),
  };
  return layers;
}
