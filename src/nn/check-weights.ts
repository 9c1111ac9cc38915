import { StageError } from '../problem/errors.ts';
import type { Network } from './networks/network.ts';

/** How many similar problems a message lists. */
const named = 3;

/**
 * Checks that a file of weights fits a network.
 * @param shapes of the tensors found, by name. @param source of the tensors, for the message.
 * @throws StageError with what is missing, unknown, or of another shape.
 */
export function checkWeights(network: Network, shapes: ReadonlyMap<string, readonly number[]>, source: string): void {
  const known = new Set(network.weights.map(({ name }) => name));
  const missing = network.weights.filter(({ name }) => !shapes.has(name)).map(({ name }) => name);
  const unknown = [...shapes.keys()].filter((name) => !known.has(name));
  const misshapen = network.weights.flatMap(({ name, shape }) => {
    const found = shapes.get(name);
    if (!found || (found.length === shape.length && found.every((extent, axis) => extent === shape[axis]))) return [];
    return [`${name} is [${found.join(', ')}], not [${shape.join(', ')}]`];
  });
  const problems = [
    ...list(misshapen, ''),
    ...list(missing, 'missing: '),
    ...list(unknown, 'not a weight of this network: '),
  ];
  if (problems.length === 0) return;
  throw new StageError(`the weights in ${source} do not fit ${describe(network)}: ${problems.join('; ')}`, {
    hint: 'use the same network, image size and number of classes as the stage that made the weights',
  });
}

function list(items: readonly string[], label: string): string[] {
  if (items.length === 0) return [];
  const rest = items.length > named ? ` and ${items.length - named} more` : '';
  return [`${label}${items.slice(0, named).join(', ')}${rest}`];
}

function describe({ name, imageSize, classes }: Network): string {
  return `${name} (${imageSize}x${imageSize} pixels, ${classes} classes)`;
}
