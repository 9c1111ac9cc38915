import { type BySeverity, type Corruption, channels } from './corruption.ts';
import { toUnit, unitToByte } from './unit-range.ts';

const kept: BySeverity<number> = { 1: 0.75, 2: 0.5, 3: 0.4, 4: 0.3, 5: 0.15 };

/** Moves every value toward the mean of its channel. */
export const contrast: Corruption = (image, severity) => {
  const values = toUnit(image);
  const means = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) means[i % channels]! += values[i]!;
  for (let c = 0; c < channels; c++) means[c]! /= values.length / channels;
  return image.map((_, i) => {
    const mean = means[i % channels]!;
    return unitToByte((values[i]! - mean) * kept[severity] + mean);
  });
};
