import { describe, expect, test } from 'vitest';
import { estimate, pairedDifference } from '../../../src/report/statistics/estimate.ts';
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

  test('paired differences: test, interval, effect, and what can be shown', () => {
    for (const { differences, interval, ...numbers } of scipy.paired) {
      const values =
        typeof differences === 'string' ? [...differences].map((sign) => '-0+'.indexOf(sign) - 1) : differences;
      const found = pairedDifference(values);
      expect(found.count).toBe(values.length);
      for (const [name, value] of Object.entries(numbers)) {
        expectEqual(found[name as keyof typeof numbers], value, `${name} of ${values.length}`);
      }
      interval.forEach((end, at) => {
        expectEqual(found.interval?.[at], end, `interval of ${values.length}`);
      });
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
  expect(pairedDifference([2, 2])).toMatchObject({ mean: 2, standardError: 0, t: undefined, p: undefined });
  expect(pairedDifference([0.3 - 0.1, 0.4 - 0.2, 0.9 - 0.7])).toMatchObject({ p: undefined, detectable: undefined });
});
