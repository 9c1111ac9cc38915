import { type BySeverity, type Corruption, channels } from './corruption.ts';
import { plasmaFractal } from './plasma-fractal.ts';
import { toUnit, unitToByte } from './unit-range.ts';

const fogs: BySeverity<{ readonly strength: number; readonly decay: number }> = {
  1: { strength: 0.2, decay: 3 },
  2: { strength: 0.5, decay: 3 },
  3: { strength: 0.75, decay: 2.5 },
  4: { strength: 1, decay: 2 },
  5: { strength: 1.5, decay: 1.75 },
};

/** Lays a cloudy grey over the image and brings its brightest value back to where it was. */
export const fog: Corruption = (image, severity, random) => {
  const { strength, decay } = fogs[severity];
  const values = toUnit(image);
  const brightest = values.reduce((high, value) => Math.max(high, value), 0);
  const cloud = plasmaFractal(decay, random);
  return image.map((_, i) => {
    const clouded = values[i]! + strength * cloud[Math.floor(i / channels)]!;
    return unitToByte((clouded * brightest) / (brightest + strength));
  });
};
