import { sizeOf } from '../compute/values.ts';
import { Stream } from '../data/index.ts';
import type { Network } from './networks/network.ts';
import type { WeightSpec } from './networks/weight.ts';

/**
 * Weights before training, initialized as in Keras: kernels glorot uniform (Glorot & Bengio 2010, equation 16), gamma and moving variance
 * 1, the rest 0. Each weight has a random stream under its name, so that it starts the same whatever other weights the network has.
 * @param seed integer in [0, 2^32). @param draw which of the draws of that seed, an integer in [0, 2^32).
 */
export function drawInitialWeights(network: Network, seed: number, draw = 0): Map<string, Float32Array> {
  return new Map(network.weights.map((weight) => [weight.name, initialValues(weight, seed, draw)]));
}

function initialValues(weight: WeightSpec, seed: number, draw: number): Float32Array {
  const values = new Float32Array(sizeOf(weight.shape));
  if (weight.role === 'gamma' || weight.role === 'moving_variance') return values.fill(1);
  if (weight.role !== 'kernel') return values;
  const stream = new Stream(seed, `initial ${weight.name}`, draw);
  const limit = glorotLimit(weight.shape);
  return values.map(() => (2 * stream.uniform() - 1) * limit);
}

/** sqrt(6 / (fan in + fan out)). @param shape of a kernel: the last two extents are channels in and out, the others the receptive field. */
export function glorotLimit(shape: readonly number[]): number {
  const field = sizeOf(shape.slice(0, -2));
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  return Math.sqrt(6 / (field * (inputs + outputs)));
}
