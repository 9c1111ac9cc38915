import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { VariableSpec } from '../../compute/index.ts';
import type { Layers } from '../networks/layers.ts';
import type { Network } from '../networks/network.ts';
import type { Weights } from '../networks/weight.ts';
import type { ReadWeight } from './arithmetic.ts';
import { batchNormEpsilon } from './batch-norm.ts';
import { inferencePass } from './inference.ts';
import type { Tools } from './tools.ts';

/** The weights of a folded network: batch norms after a convolution are gone, and that convolution has a bias. */
export function foldedVariables(network: Network): readonly VariableSpec[] {
  const folded = new Set(network.normalised.values());
  return network.weights.flatMap(({ name, shape }) => {
    const layer = layerOf(name);
    if (folded.has(layer)) return [];
    if (!network.normalised.has(layer)) return [{ name, shape }];
    return [
      { name, shape },
      { name: `${layer}/bias`, shape: shape.slice(-1) },
    ];
  });
}

/**
 * Folds each batch norm that follows a convolution into it: kernel' = kernel s, bias' = beta - mean s, with s = gamma / sqrt(variance + epsilon).
 * @returns values for `foldedVariables`.
 */
export function foldWeights(network: Network, weights: Weights): Map<string, Float32Array> {
  const value = (name: string) => weights.get(name) ?? new Float32Array();
  return new Map(
    foldedVariables(network).map(({ name }) => {
      const layer = layerOf(name);
      const batchNorm = network.normalised.get(layer);
      if (batchNorm === undefined) return [name, value(name)];
      const variance = value(`${batchNorm}/moving_variance`);
      const scale = value(`${batchNorm}/gamma`).map(
        (gamma, c) => gamma / Math.sqrt((variance[c] ?? 0) + batchNormEpsilon),
      );
      if (name.endsWith('/kernel')) {
        return [name, value(name).map((weight, index) => weight * (scale[index % scale.length] ?? 0))];
      }
      const mean = value(`${batchNorm}/moving_mean`);
      const beta = value(`${batchNorm}/beta`);
      return [name, beta.map((shift, c) => shift - (mean[c] ?? 0) * (scale[c] ?? 0))];
    }),
  );
}

/** Runs a network whose weights were folded. */
export function foldedPass(tools: Tools, read: ReadWeight): Layers<Tensor> {
  const layers = inferencePass(tools, read);
  return {
    ...layers,
    normalisedConvolution: (name, _batchNorm, x, options) => layers.convolution(name, x as Tensor4D, options),
  };
}

function layerOf(weight: string): string {
  return weight.slice(0, weight.lastIndexOf('/'));
}
