import { describe, expect, test } from 'vitest';
import { boxResize } from '../../../../src/data/corruptions/box-resize.ts';
import { canny } from '../../../../src/data/corruptions/canny.ts';
import { correlate } from '../../../../src/data/corruptions/correlate.ts';
import { plasmaFractal } from '../../../../src/data/corruptions/fog.ts';
import { blur, gaussianFilter } from '../../../../src/data/corruptions/gaussian-filter.ts';
import { smear } from '../../../../src/data/corruptions/motion-blur.ts';
import { roundHalfToEven } from '../../../../src/data/corruptions/round-half-to-even.ts';
import { distanceTransform, equaliseHistogram } from '../../../../src/data/corruptions/spatter.ts';
import { imageA } from '../../../support/reference.ts';
import { referenceDraws } from '../../../support/reference-draws.ts';

describe('the Gaussian filter', () => {
  test.each([
    [0.05, 0],
    [0.25, 1],
    [0.4, 2],
    [0.6, 2],
    [0.7, 3],
    [0.8, 3],
    [1, 4],
  ])('of deviation %f reaches %i pixels', (deviation, radius) => {
    expect(gaussianFilter(deviation).weights).toHaveLength(radius + 1);
  });

  test('weighs 1 in all', () => {
    const [centre, ...beside] = gaussianFilter(1).weights;
    expect(centre! + 2 * beside.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 15);
  });

  test('repeats border pixels, or reflects the image, as scipy.ndimage does', () => {
    // scipy.ndimage.gaussian_filter1d([1, 2, 4, 8, 16], 1, mode=…)
    const line = Float64Array.of(1, 2, 4, 8, 16);
    expectClose(blur(line, 5, 1, gaussianFilter(1, 'nearest')), nearestOf);
    expectClose(blur(line, 5, 1, gaussianFilter(1, 'reflect')), reflectedOf);
  });
});

const nearestOf = [1.4369753186282, 2.5712810819405, 5.0109542683014, 9.0804337297125, 13.3522813836491];
const reflectedOf = [1.5051988452813, 2.5761144354344, 5.0100174539291, 9.0433728692568, 12.8652963960985];

function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 12);
}

test('correlation mirrors the image about its border pixels', () => {
  const columns = { width: 3, weights: [100, 10, 1] };
  expect([...correlate([1, 2, 3], 3, 1, columns)]).toEqual([212, 123, 232]);
});

describe('resizing by boxes', () => {
  test('averages what a box covers, and repeats', () => {
    const grey = (...levels: number[]) => Uint8Array.from(levels.flatMap((level) => [level, level, level]));
    expect(boxResize(2, 1)(grey(10, 20, 30, 41))).toEqual(grey(26));
    expect(boxResize(1, 2)(grey(7))).toEqual(grey(7, 7, 7, 7));
  });
});

describe('motion blur at 20 degrees', () => {
  const parameters = [
    { radius: 6, deviation: 1 },
    { radius: 6, deviation: 1.5 },
    { radius: 6, deviation: 2 },
    { radius: 8, deviation: 2 },
    { radius: 9, deviation: 2.5 },
  ];

  test("has ImageMagick's sums", () => {
    const sums = parameters.map((motion) => smear(imageA(32), 3, motion, 20).reduce((sum, level) => sum + level, 0));
    expect(sums).toEqual([387329, 387169, 386950, 386950, 386794]);
  });

  test("has ImageMagick's pixel", () => {
    const at = (10 * 32 + 10) * 3;
    expect([...smear(imageA(32), 3, parameters[0]!, 20).subarray(at, at + 3)]).toEqual([126, 155, 35]);
  });
});

describe('the cloud', () => {
  const sum = (map: Float64Array) => map.reduce((total, value) => total + value, 0);

  test('of decay 3', () => {
    const map = plasmaFractal(3, referenceDraws(1));
    expect(sum(map)).toBeCloseTo(371.0469215, 6);
    expect(map[0]).toBe(1);
    expect(map[5 * 32 + 7]).toBeCloseTo(0.5025552, 7);
    expect(map[31 * 32 + 31]).toBeCloseTo(0.82262772, 7);
  });

  test('of decay 1.75', () => {
    const map = plasmaFractal(1.75, referenceDraws(1));
    expect(sum(map)).toBeCloseTo(444.6848632, 6);
    expect(map[5 * 32 + 7]).toBeCloseTo(0.71453203, 7);
    expect(Math.min(...map)).toBe(0);
    expect(Math.max(...map)).toBe(1);
  });
});

describe('edges', () => {
  const step = (low: number, high: number) => Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? low : high));

  test('lie on one side of a step', () => {
    const columns = [...canny(step(0, 255), 8, 50, 150)].map((edge, i) => (edge ? i % 8 : -1)).filter((x) => x >= 0);
    expect(new Set(columns)).toEqual(new Set([3]));
    expect(columns).toHaveLength(8);
  });

  test('are not seen below the upper threshold', () => {
    expect(canny(step(100, 130), 8, 50, 150).some((edge) => edge > 0)).toBe(false);
  });

  test('continue from strong ones to weak ones', () => {
    const fading = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 60 - 5 * Math.floor(i / 8)));
    const rows = [...canny(fading, 8, 50, 150)].flatMap((edge, i) => (edge ? [Math.floor(i / 8)] : []));
    expect(rows).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('the distance to the nearest mark', () => {
  test('goes by straight, slanting and knight moves', () => {
    const marked = new Uint8Array(81);
    marked[0] = 1;
    const found = distanceTransform(marked, 9);
    const at = (x: number, y: number) => found[9 * y + x]!;
    expect(at(0, 0)).toBe(0);
    expect(at(3, 0)).toBe(3);
    expect(at(2, 2)).toBeCloseTo(2.8, 4);
    expect(at(1, 2)).toBeCloseTo(2.1969, 4);
    expect(at(5, 7)).toBeCloseTo(2 * 2.1969 + 3 * 1.4, 3);
  });

  test('is huge without a mark', () => {
    expect(Math.min(...distanceTransform(new Uint8Array(81), 9))).toBeGreaterThan(1000);
  });
});

describe('equalising', () => {
  test('spreads levels by their shares', () => {
    expect([...equaliseHistogram(Uint8Array.of(5, 5, 6, 7, 7))]).toEqual([0, 0, 85, 255, 255]);
  });

  test('leaves an even image', () => {
    expect([...equaliseHistogram(Uint8Array.of(9, 9, 9))]).toEqual([9, 9, 9]);
  });
});

test('halves are rounded to the even neighbour', () => {
  expect([0.5, 1.5, 2.5, 32.5, 33.25, 130.5].map(roundHalfToEven)).toEqual([0, 2, 2, 32, 33, 130]);
});
