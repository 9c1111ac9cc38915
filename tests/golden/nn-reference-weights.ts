import { sizeOf } from '../../src/compute/values.ts';
import { glorotLimit } from '../../src/nn/initial-weights.ts';
import type { Network } from '../../src/nn/networks/network.ts';
import type { WeightSpec } from '../../src/nn/networks/weight.ts';
import { type Lcg, lcg } from '../support/reference.ts';

/**
 * The weights the reference numbers were taken with: one stream of the generator, seed 1, through all tensors in Keras's order.
 * With t = 2u - 1: kernels t L, gamma 1 + 0.1 t, moving variance 1 + 0.5 t, every other vector 0.1 t.
 */
export function referenceWeights(network: Network): { weights: Map<string, Float32Array>; generator: Lcg } {
  const generator = lcg(1);
  const weights = new Map(
    network.weights.map((weight) => [
      weight.name,
      new Float32Array(sizeOf(weight.shape)).map(() => referenceValue(weight, 2 * generator.uniform() - 1)),
    ]),
  );
  return { weights, generator };
}

function referenceValue({ role, shape }: WeightSpec, t: number): number {
  switch (role) {
    case 'kernel':
      return t * glorotLimit(shape);
    case 'gamma':
      return 1 + 0.1 * t;
    case 'moving_variance':
      return 1 + 0.5 * t;
    default:
      return 0.1 * t;
  }
}
