import {
  type OperationName,
  operationNames,
  type RandAugmentDraws,
  type RandAugmentSpec,
  randAugmentOperations,
} from './operations.ts';

/**
 * Prepares RandAugment for images of one size: each layer applies one of the sixteen operations or none, all equally likely. (The Model
 * Garden also draws a probability for each operation, and never uses it.)
 * @returns an operation on [side, side, 3] bytes, which reports the name of each operation it applies; one image at a time, because scratch
 * memory is shared.
 */
export function randAugment(
  spec: RandAugmentSpec,
  side: number,
): (image: Uint8Array, draws: RandAugmentDraws, onOperation?: (name: OperationName) => void) => void {
  const byName = randAugmentOperations(spec, side);
  return (image, draws, onOperation) => {
    for (let layer = 0; layer < spec.layers; layer++) {
      const name = operationNames[draws.integer(operationNames.length + 1)];
      if (name === undefined) continue;
      byName[name](image, draws);
      onOperation?.(name);
    }
  };
}
