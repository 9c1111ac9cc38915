import type { BySeverity, Corruption } from './corruption.ts';

const amount: BySeverity<number> = { 1: 0.01, 2: 0.02, 3: 0.03, 4: 0.05, 5: 0.07 };

/** Replaces a share of the values, channel by channel, with 0 or 255 (scikit-image's "salt and pepper"). */
export const impulseNoise: Corruption = (image, severity, random) => {
  const replaced = image.map(() => (random.uniform(0, 1) <= amount[severity] ? 1 : 0));
  const salt = image.map(() => (random.uniform(0, 1) <= 0.5 ? 255 : 0));
  return image.map((byte, i) => (replaced[i] ? salt[i]! : byte));
};
