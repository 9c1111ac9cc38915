import { type BySeverity, type Corruption, channels, side } from './corruption.ts';
import { blur, type GaussianFilter, gaussianFilter } from './gaussian-filter.ts';
import { fromUnit, toUnit } from './unit-range.ts';

const glass: BySeverity<{ readonly filter: GaussianFilter; readonly iterations: number }> = {
  1: { filter: gaussianFilter(0.05), iterations: 1 },
  2: { filter: gaussianFilter(0.25), iterations: 1 },
  3: { filter: gaussianFilter(0.4), iterations: 1 },
  4: { filter: gaussianFilter(0.25), iterations: 2 },
  5: { filter: gaussianFilter(0.4), iterations: 2 },
};

/** Blurs, scatters pixels among their neighbours, and blurs again: frosted glass. */
export const glassBlur: Corruption = (image, severity, random) => {
  const { filter, iterations } = glass[severity];
  const soften = (bytes: Uint8Array) => fromUnit(blur(toUnit(bytes), side, channels, filter));
  const scattered = soften(image);
  for (let i = 0; i < iterations; i++) {
    for (let y = side - 1; y > 1; y--) {
      for (let x = side - 1; x > 1; x--) {
        const dx = random.integer(-1, 1);
        const dy = random.integer(-1, 1);
        const source = ((y + dy) * side + x + dx) * channels;
        // The original is meant to swap, but its NumPy views alias: the neighbour is copied and stays unchanged.
        scattered.copyWithin((y * side + x) * channels, source, source + channels);
      }
    }
  }
  return soften(scattered);
};
