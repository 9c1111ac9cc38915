import { type BySeverity, type Corruption, channels, side } from './corruption.ts';
import type { RandomSource } from './random-source.ts';
import { toUnit, unitToByte } from './unit-range.ts';

const fogs: BySeverity<{ readonly strength: number; readonly decay: number }> = {
  1: { strength: 0.2, decay: 3 },
  2: { strength: 0.5, decay: 3 },
  3: { strength: 0.75, decay: 2.5 },
  4: { strength: 1, decay: 2 },
  5: { strength: 1.5, decay: 1.75 },
};

/** Adds a cloudy grey to the image, and scales its brightest value back to its former level. */
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

/**
 * A cloudy height map by the diamond-square algorithm (Fournier, Fussell & Carpenter 1982), on a torus.
 * @param decay by what the roughness is divided at each halving of the grid. @returns values [32, 32] of 0..1, both reached.
 */
export function plasmaFractal(decay: number, random: RandomSource): Float64Array {
  const map = new Float64Array(side * side);
  const at = (y: number, x: number) => map[((y + side) % side) * side + ((x + side) % side)]!;
  let roughness = 100;
  for (let step = side; step >= 2; step /= 2) {
    const half = step / 2;
    const fill = (top: number, left: number, sum: (y: number, x: number) => number) => {
      for (let y = top; y < side; y += step) {
        for (let x = left; x < side; x += step) {
          // Roughness enters twice, as in the original: it is 100 squared at first.
          map[y * side + x] = sum(y, x) / 4 + roughness * random.uniform(-roughness, roughness);
        }
      }
    };
    // The centre of each square from its corners; then the middle of each horizontal side, then of each vertical one,
    // from the two ends and the two centres. The order of addition is the original's.
    fill(
      half,
      half,
      (y, x) => at(y - half, x - half) + at(y + half, x - half) + (at(y - half, x + half) + at(y + half, x + half)),
    );
    fill(0, half, (y, x) => at(y + half, x) + at(y - half, x) + (at(y, x - half) + at(y, x + half)));
    fill(half, 0, (y, x) => at(y, x + half) + at(y, x - half) + (at(y - half, x) + at(y + half, x)));
    roughness /= decay;
  }
  return normalised(map);
}

function normalised(map: Float64Array): Float64Array {
  const lowest = map.reduce((low, value) => Math.min(low, value));
  const raised = map.map((value) => value - lowest);
  const highest = raised.reduce((high, value) => Math.max(high, value));
  return raised.map((value) => value / highest);
}
