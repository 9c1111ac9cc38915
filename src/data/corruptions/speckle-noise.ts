import type { BySeverity, Corruption } from './corruption.ts';
import { unitToByte } from './unit-range.ts';

const deviation: BySeverity<number> = { 1: 0.06, 2: 0.1, 3: 0.12, 4: 0.16, 5: 0.2 };

/** Adds normal noise whose deviation grows with the value: bright pixels get most. */
export const speckleNoise: Corruption = (image, severity, random) =>
  image.map((byte) => {
    const value = byte / 255;
    return unitToByte(value + value * random.normal(0, deviation[severity]));
  });
