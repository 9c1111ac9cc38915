import type { Interval } from './estimate.ts';

/** The quantile of the normal distribution that leaves 2.5 % above it. */
const quantile = 1.959963984540054;

/** Where a true share lies with 95 % confidence (Wilson 1927). @param count of independent trials; need not be whole. */
export function wilson(share: number, count: number): Interval {
  const squared = quantile ** 2;
  const middle = (share + squared / (2 * count)) / (1 + squared / count);
  const half =
    (quantile * Math.sqrt((share * (1 - share)) / count + squared / (4 * count ** 2))) / (1 + squared / count);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
