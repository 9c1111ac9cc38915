import { describe, expect, test } from 'vitest';
import { estimate, isEqual, pairedDifference } from '../../../src/report/statistics/estimate.ts';
import { holm } from '../../../src/report/statistics/holm.ts';
import { mcNemarP } from '../../../src/report/statistics/mcnemar.ts';
import { twoSidedP, twoSidedQuantile } from '../../../src/report/statistics/student.ts';
import { wilson } from '../../../src/report/statistics/wilson.ts';
// Written by scipy-values.py beside it.
import scipy from './scipy.json' with { type: 'json' };

/** Both sides round some tens of times; a tail of many degrees of freedom multiplies as many factors. */
const expectEqual = (actual: number | undefined, expected: number, what: string) =>
  expect(Math.abs(actual! - expected), `${what}: ${actual} and ${expected}`).toBeLessThanOrEqual(
    1e-11 * Math.abs(expected),
  );

/** Of shares of images, only the signs are in the file. */
const valuesOf = (differences: string | number[]) =>
  typeof differences === 'string' ? [...differences].map((sign) => '-0+'.indexOf(sign) - 1) : differences;

describe("equal to scipy's", () => {
  test("tails of Student's t, the smallest too", () => {
    expect(Math.min(...scipy.tails.map(([, , p]) => p!).filter((p) => p > 0))).toBeLessThan(1e-90);
    for (const [t, freedom, p] of scipy.tails as [number, number, number][]) {
      // Below the smallest number there is.
      if (p === 0) expect(twoSidedP(t, freedom)).toBeLessThan(1e-300);
      else expectEqual(twoSidedP(t, freedom), p, `t ${t}, ${freedom} degrees`);
      expect(twoSidedP(-t, freedom)).toBe(twoSidedP(t, freedom));
    }
  });

  test('quantiles', () => {
    for (const [within, freedom, t] of scipy.quantiles as [number, number, number][]) {
      expectEqual(twoSidedQuantile(within, freedom), t, `${within}, ${freedom} degrees`);
    }
  });

  test('paired differences: test, interval and effect', () => {
    for (const { differences, interval, effect, detectable: _, ...numbers } of scipy.paired) {
      const found = pairedDifference(valuesOf(differences));
      expect(found.count).toBe(valuesOf(differences).length);
      for (const [name, value] of Object.entries(numbers)) {
        expectEqual(found[name as keyof typeof numbers], value, `${name} of ${found.count}`);
      }
      if (effect === null) expect(found).toMatchObject({ count: 2, effect: undefined });
      else expectEqual(found.effect, effect, `effect of ${found.count}`);
      interval.forEach((end, at) => {
        expectEqual(found.interval?.[at], end, `interval of ${found.count}`);
      });
    }
  });

  test('the difference that would be shown eight times in ten', () => {
    for (const { differences, detectable } of scipy.paired) {
      const found = pairedDifference(valuesOf(differences));
      // The normal tail is exact to 1.5e-7 of the power, which changes by at least .06 per standard error.
      expect(Math.abs(found.detectable! / detectable - 1), `of ${found.count}`).toBeLessThan(1e-5);
    }
  });

  test("Wilson's interval of a share", () => {
    for (const [right, count, low, high] of scipy.wilson as [number, number, number, number][]) {
      const found = wilson(right / count, count);
      // An end at 0 or 1 is a difference of equal numbers.
      expect(found[0], `low of ${right} in ${count}`).toBeCloseTo(low, 14);
      expect(found[1], `high of ${right} in ${count}`).toBeCloseTo(high, 14);
    }
  });

  test("Wilson's interval never leaves [0, 1]", () => {
    for (let count = 1; count <= 2000; count += 1) {
      expect(wilson(0, count)[0]).toBeGreaterThanOrEqual(0);
      expect(wilson(1, count)[1]).toBeLessThanOrEqual(1);
    }
  });

  test("McNemar's exact test", () => {
    for (const [only, other, p] of scipy.mcnemar as [number, number, number][]) {
      expectEqual(mcNemarP(only, other), p, `${only} against ${other}`);
    }
  });

  test("Holm's correction", () => {
    for (const [ps, corrected] of scipy.holm as [number[], number[]][]) {
      holm(ps).forEach((p, at) => {
        expectEqual(p, corrected[at]!, `${ps}`);
      });
    }
  });
});

test('without an image that only one model has right, there is no sign of a difference', () => {
  expect(mcNemarP(0, 0)).toBe(1);
});

test('tests that were chosen from more are corrected for all of them', () => {
  expect(holm([0.01, undefined, 0.002], 10)).toEqual([0.09, undefined, 0.02]);
  expect(holm([0.01, 0.002], 1)).toEqual(holm([0.01, 0.002]));
});

test('what has no p is no test, and corrects nothing', () => {
  expect(holm([undefined, 0.04, undefined])).toEqual([undefined, 0.04, undefined]);
});

test('a t of 0 is no sign of a difference', () => {
  for (const freedom of [1, 2, 5]) expect(twoSidedP(0, freedom)).toBe(1);
});

test('an estimate is a mean with the error of a mean', () => {
  expect(estimate([1, 2, 3, 4])).toMatchObject({ count: 4, mean: 2.5, standardError: Math.sqrt(5 / 3) / 2 });
  expect(estimate([7])).toEqual({ count: 1, mean: 7, standardError: undefined, interval: undefined });
});

// R's `sleep`, the data of Student's own paper: t.test(extra ~ group, paired = TRUE).
test('a paired difference as Student had it', () => {
  const { count, mean, t, p } = pairedDifference([1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]);
  expect(count).toBe(10);
  expect(mean).toBeCloseTo(1.58, 10);
  expect(t).toBeCloseTo(4.0621, 4);
  expect(p).toBeCloseTo(0.002833, 6);
});

test('a single pair, or pairs that all differ alike, allow no test', () => {
  expect(pairedDifference([2])).toMatchObject({ mean: 2, standardError: undefined, p: undefined, effect: undefined });
  const alike = { standardError: 0, interval: undefined, t: undefined, p: undefined, detectable: undefined };
  expect(pairedDifference([2, 2])).toMatchObject({ mean: 2, ...alike });
  expect(pairedDifference([0.3 - 0.1, 0.4 - 0.2, 0.9 - 0.7])).toMatchObject(alike);
});

test('what is only rounding is no difference, and what is small is one', () => {
  expect([isEqual(0.1 + 0.2, 0.3), isEqual(1, 1 + 1e-10), isEqual(0, 1e-300)]).toEqual([true, false, false]);
  expect(pairedDifference([1, 1 + 1e-6, 1 - 1e-6]).p).toBeLessThan(1e-9);
});
