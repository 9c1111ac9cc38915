import type { BySeverity, Corruption } from './corruption.ts';
import { unitToByte } from './unit-range.ts';

const deviation: BySeverity<number> = { 1: 0.04, 2: 0.06, 3: 0.08, 4: 0.09, 5: 0.1 };

/** Adds independent normal noise to every value. */
export const gaussianNoise: Corruption = (image, severity, random) =>
  image.map((byte) => unitToByte(byte / 255 + random.normal(0, deviation[severity])));
