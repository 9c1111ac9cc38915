import { openSafetensors, type SafetensorsFile, writeSafetensors } from '../../data/index.ts';
import { checkWeights, type Network, type Weights } from '../../nn/index.ts';
import { StageError } from '../../problem/errors.ts';

/** Writes a network's weights by their Keras names, float32. */
export async function writeWeights(path: string, network: Network, weights: Weights): Promise<void> {
  const tensors = network.weights.map(({ name, shape }) => [name, { shape, values: valuesOf(weights, name) }] as const);
  await writeSafetensors(path, new Map(tensors), { network: network.name });
}

/** Reads weights and checks that they fit. @throws UserError with what does not fit. */
export async function readWeights(path: string, network: Network): Promise<Map<string, Float32Array>> {
  const file = await openSafetensors(path);
  try {
    checkTensors(path, file, network);
    const weights = new Map<string, Float32Array>();
    for (const { name } of network.weights) weights.set(name, await file.read(name, 'F32'));
    return weights;
  } finally {
    await file.close();
  }
}

/** Checks that a file contains the weights of a network, without reading their values. @throws UserError with what does not fit. */
export async function checkWeightsFile(path: string, network: Network): Promise<void> {
  const file = await openSafetensors(path);
  try {
    checkTensors(path, file, network);
  } finally {
    await file.close();
  }
}

function checkTensors(path: string, { tensors }: Pick<SafetensorsFile, 'tensors'>, network: Network): void {
  checkWeights(network, new Map([...tensors].map(([name, { shape }]) => [name, shape])), path);
  const [odd] = [...tensors].filter(([, { dtype }]) => dtype !== 'F32');
  if (!odd) return;
  const [name, { dtype }] = odd;
  throw new StageError(`${name} in ${path} is ${dtype}, not F32`, { hint: 'convert the weights to float32' });
}

function valuesOf(weights: Weights, name: string): Float32Array {
  const values = weights.get(name);
  if (!values) throw new RangeError(`there is no weight ${name} to write`);
  return values;
}
