import type { BySeverity, Corruption } from './corruption.ts';
import { unitToByte } from './unit-range.ts';

/** How many photons a value of 1 represents. */
const photons: BySeverity<number> = { 1: 500, 2: 250, 3: 100, 4: 75, 5: 50 };

/** Counts photons: every value is replaced by a Poisson draw with that mean. */
export const shotNoise: Corruption = (image, severity, random) => {
  const full = photons[severity];
  return image.map((byte) => unitToByte(random.poisson((byte / 255) * full) / full));
};
