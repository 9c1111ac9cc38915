import { type Operation, operationNames, operationsAt, type RandAugmentSpec } from './operations.ts';

/**
 * Prepares RandAugment for images of one size: each layer applies one of the sixteen operations or, as likely as each of them, none.
 * (The Model Garden also draws a probability for each operation, and never uses it.)
 * @returns an operation on [side, side, 3] bytes; one image at a time, for scratch memory is shared.
 */
export function randAugment(spec: RandAugmentSpec, side: number): Operation {
  const byName = operationsAt(spec, side);
  const operations = operationNames.map((name) => byName[name]);
  return (image, draws) => {
    for (let layer = 0; layer < spec.layers; layer++) {
      const operation = operations[draws.integer(operations.length + 1)];
      operation?.(image, draws);
    }
  };
}
