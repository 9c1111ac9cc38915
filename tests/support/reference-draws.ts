import type { RandomSource } from '../../src/data/corruptions/random-source.ts';
import { lcg } from './reference.ts';

/** The draws the reference numbers of the corruptions were taken with: sums of twelve uniforms stand for normal numbers, rounded ones for counts. */
export function referenceDraws(seed: number): RandomSource {
  const { uniform } = lcg(seed);
  const normal = () => {
    let sum = 0;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum - 6;
  };
  return {
    uniform: (low, high) => low + (high - low) * uniform(),
    integer: (low, high) => low + Math.floor((high - low) * uniform()),
    normal: (mean, deviation) => mean + deviation * normal(),
    poisson: (mean) => Math.max(0, Math.floor(mean + Math.sqrt(mean) * normal() + 0.5)),
  };
}
