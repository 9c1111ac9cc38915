import type { BySeverity, Corruption } from './corruption.ts';
import { mapHsv } from './hsv.ts';

const gain: BySeverity<number> = { 1: 0.05, 2: 0.1, 3: 0.15, 4: 0.2, 5: 0.3 };

/** Adds to the value channel of HSV. */
export const brightness: Corruption = (image, severity) =>
  mapHsv(image, ([hue, saturation, value]) => [hue, saturation, Math.min(value + gain[severity], 1)]);
