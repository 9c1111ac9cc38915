import { readSafetensors, writeSafetensors } from '../../data/index.ts';
import { checkWeights, type Network, type Weights } from '../../nn/index.ts';
import { StageError } from '../../problem/errors.ts';

/** Writes a network's weights by their Keras names, float32. */
export async function writeWeights(path: string, network: Network, weights: Weights): Promise<void> {
  const tensors = network.weights.map(({ name, shape }) => [name, { shape, values: valuesOf(weights, name) }] as const);
  await writeSafetensors(path, new Map(tensors), { network: network.name });
}

/** Reads weights and makes sure that they fit. @throws StageError naming what does not. */
export async function readWeights(path: string, network: Network): Promise<Map<string, Float32Array>> {
  const { tensors } = await readSafetensors(path);
  checkWeights(network, new Map([...tensors].map(([name, { shape }]) => [name, shape])), path);
  return new Map(
    network.weights.map(({ name }) => {
      const values = tensors.get(name)?.values;
      if (!(values instanceof Float32Array)) throw new StageError(`${name} in ${path} is not float32`);
      return [name, values];
    }),
  );
}

function valuesOf(weights: Weights, name: string): Float32Array {
  const values = weights.get(name);
  if (!values) throw new RangeError(`there is no weight ${name} to write`);
  return values;
}
