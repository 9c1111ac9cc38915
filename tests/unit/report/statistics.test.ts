import { describe, expect, test } from 'vitest';
import { estimate, pairedDifference, twoSidedP } from '../../../src/report/statistics.ts';

describe('twoSidedP', () => {
  // Student's t table: the two-sided 5 % and 1 % points.
  test.each([
    [1, 12.7062, 0.05],
    [2, 4.30265, 0.05],
    [3, 3.18245, 0.05],
    [4, 2.77645, 0.05],
    [5, 2.57058, 0.05],
    [9, 2.26216, 0.05],
    [10, 2.22814, 0.05],
    [29, 2.04523, 0.05],
    [4, 4.60409, 0.01],
    [7, 3.49948, 0.01],
  ])('of %i degrees of freedom at %f is %f', (freedom, t, p) => {
    expect(twoSidedP(t, freedom)).toBeCloseTo(p, 5);
    expect(twoSidedP(-t, freedom)).toBe(twoSidedP(t, freedom));
  });

  test('is 1 where there is no difference, and tends to the normal distribution', () => {
    expect(twoSidedP(0, 4)).toBe(1);
    expect(twoSidedP(1.959964, 100_000)).toBeCloseTo(0.05, 5);
  });
});

test('an estimate is a mean with the error of a mean', () => {
  expect(estimate([1, 2, 3, 4])).toEqual({ count: 4, mean: 2.5, standardError: Math.sqrt(5 / 3) / 2 });
  expect(estimate([7])).toEqual({ count: 1, mean: 7, standardError: undefined });
});

// R's `sleep`, the data of Student's own paper: t.test(extra ~ group, paired = TRUE).
test('a paired difference as Student had it', () => {
  const drugs: [number, number][] = [
    [1.9, 0.7],
    [0.8, -1.6],
    [1.1, -0.2],
    [0.1, -1.2],
    [-0.1, -0.1],
    [4.4, 3.4],
    [5.5, 3.7],
    [1.6, 0.8],
    [4.6, 0],
    [3.4, 2],
  ];
  const { count, mean, t, p } = pairedDifference(drugs);
  expect(count).toBe(10);
  expect(mean).toBeCloseTo(1.58, 10);
  expect(t).toBeCloseTo(4.0621, 4);
  expect(p).toBeCloseTo(0.002833, 6);
});

test('a single pair, or pairs that all differ alike, allow no test', () => {
  expect(pairedDifference([[3, 1]])).toMatchObject({ mean: 2, standardError: undefined, p: undefined });
  expect(
    pairedDifference([
      [3, 1],
      [4, 2],
    ]),
  ).toMatchObject({ mean: 2, standardError: 0, t: undefined, p: undefined });
});
