import type { BySeverity, Corruption } from './corruption.ts';
import { mapHsv } from './hsv.ts';

const change: BySeverity<{ readonly factor: number; readonly offset: number }> = {
  1: { factor: 0.3, offset: 0 },
  2: { factor: 0.1, offset: 0 },
  3: { factor: 1.5, offset: 0 },
  4: { factor: 2, offset: 0.1 },
  5: { factor: 2.5, offset: 0.2 },
};

/** Scales and shifts the saturation channel of HSV; severities 1 and 2 fade, the others strengthen colours. */
export const saturate: Corruption = (image, severity) => {
  const { factor, offset } = change[severity];
  return mapHsv(image, ([hue, saturation, value]) => [hue, Math.min(saturation * factor + offset, 1), value]);
};
