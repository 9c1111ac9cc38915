import { type BySeverity, type Corruption, channels, side } from './corruption.ts';
import { blur, type GaussianFilter, gaussianFilter } from './gaussian-filter.ts';
import { fromUnit, toUnit } from './unit-range.ts';

const filter: BySeverity<GaussianFilter> = {
  1: gaussianFilter(0.4),
  2: gaussianFilter(0.6),
  3: gaussianFilter(0.7),
  4: gaussianFilter(0.8),
  5: gaussianFilter(1),
};

/** Blurs every channel with a Gaussian. */
export const gaussianBlur: Corruption = (image, severity) =>
  fromUnit(blur(toUnit(image), side, channels, filter[severity]));
