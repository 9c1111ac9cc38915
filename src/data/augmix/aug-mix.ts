import { type AugMixDraws, augMixOperations } from './operations.ts';

/** Settings of AugMix (Hendrycks et al. 2020). */
export interface AugMixSpec {
  /** Strength of every operation, up to 10. */
  readonly severity: number;
  /** Chains of operations that are mixed. */
  readonly width: number;
  /** Operations per chain (default: 1 to 3, drawn for each chain). */
  readonly depth?: number;
}

/** The random choices of a mix. */
export interface MixDraws extends AugMixDraws {
  /** A uniform integer in [0, n). */
  integer(n: number): number;
}

const mostDrawnDepth = 3;

/**
 * Prepares AugMix for images of one size: chains of operations, mixed with each other by weights of a Dirichlet distribution, and with the
 * image itself by a share of a Beta distribution, both of concentration 1.
 * @returns a function that writes the mix of an image, [side, side, 3] bytes; one image at a time, because scratch memory is shared.
 */
export function augMix({ severity, width, depth }: AugMixSpec, side: number) {
  const operations = augMixOperations(severity, side);
  const chain = new Uint8Array(side * side * 3);
  return (image: Uint8Array, draws: MixDraws, target: Float32Array): void => {
    // Exponential numbers, divided by their sum, have this distribution.
    const shares = Float64Array.from({ length: width }, () => -Math.log(1 - draws.uniform()));
    const sum = shares.reduce((total, share) => total + share, 0);
    const mixed = draws.uniform();
    for (const [index, byte] of image.entries()) target[index] = (1 - mixed) * byte;
    for (const share of shares) {
      chain.set(image);
      const steps = depth ?? 1 + draws.integer(mostDrawnDepth);
      for (let step = 0; step < steps; step++) operations[draws.integer(operations.length)]!(chain, draws);
      const weight = (mixed * share) / sum;
      for (const [index, byte] of chain.entries()) target[index]! += weight * byte;
    }
  };
}
