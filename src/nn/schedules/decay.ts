/**
 * How the learning rate decreases over a run: not at all, or to 0 linearly or along a half cosine (Loshchilov & Hutter 2017, without
 * restarts).
 */
export type Decay = 'constant' | 'linear' | 'cosine';

/** The remaining factor of the learning rate. @param progress share of all steps already done, 0..1. @returns 1..0. */
export function decayFactor(decay: Decay, progress: number): number {
  switch (decay) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - progress;
    case 'cosine':
      return (1 + Math.cos(Math.PI * progress)) / 2;
  }
}
