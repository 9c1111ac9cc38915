import { clippedZoom, type Zoom, zoomed } from './clipped-zoom.ts';
import { type BySeverity, type Corruption, channels } from './corruption.ts';

/** Factors 1, 1.01, ... as `numpy.arange` makes them: because of rounding, the end is sometimes included. */
function factors(count: number): Zoom[] {
  const step = 1.01 - 1;
  return Array.from({ length: count }, (_, i) => clippedZoom(1 + i * step));
}

const zooms: BySeverity<readonly Zoom[]> = {
  1: factors(7),
  2: factors(12),
  3: factors(16),
  4: factors(21),
  5: factors(26),
};

/** Averages the image with increasing zooms into itself; in single precision. */
export const zoomBlur: Corruption = (image, severity) => {
  const values = Float32Array.from(image, (byte) => byte / 255);
  const sums = new Float32Array(values.length);
  for (const zoom of zooms[severity]) {
    const nearer = zoomed(values, channels, zoom);
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + Math.fround(nearer[i]!);
  }
  const count = zooms[severity].length + 1;
  return image.map((_, i) => {
    const mean = Math.fround(Math.fround(values[i]! + sums[i]!) / count);
    return Math.fround(Math.min(Math.max(mean, 0), 1) * 255);
  });
};
