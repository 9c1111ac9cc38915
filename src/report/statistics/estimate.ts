import { detectableErrors } from './power.ts';
import { betaOfHalves, twoSidedP, twoSidedQuantile } from './student.ts';

/** The level of every interval, and 1 minus the level of every test. */
const confidence = 0.95;

/** How often a difference that can just be shown is found. */
const power = 0.8;

/** From one end to the other. */
export type Interval = readonly [low: number, high: number];

/** A mean over independent repetitions. */
export interface Estimate {
  /** How many values it is the mean of. */
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation divided by the root of `count`; undefined for a single value, which does not show its spread. */
  readonly standardError: number | undefined;
  /** The interval that contains the true mean with 95 % confidence, by Student's t; undefined if there is no standard error. */
  readonly interval: Interval | undefined;
}

/** The difference between two things measured in the same repetitions. */
export interface PairedDifference extends Estimate {
  /** Undefined also if all differences are equal: the few that were measured do not show that all others are, too. */
  readonly interval: Interval | undefined;
  /** `mean / standardError`; undefined if there is no standard error, or it is 0. */
  readonly t: number | undefined;
  /** Probability of a difference at least as large if there were none: two-sided paired t-test (Student 1908), in [0, 1]. */
  readonly p: number | undefined;
  /**
   * The mean divided by the standard deviation of the differences, corrected for few pairs (Hedges 1981, equation 6e): Hedges' g of paired
   * values. Undefined if there is no t, and for two pairs, where nothing corrects it.
   */
  readonly effect: number | undefined;
  /** The true difference that this many pairs with this spread would show at the 5 % level in eight of ten cases. */
  readonly detectable: number | undefined;
}

/** The mean of at least one value, its standard error and its interval. */
export function estimate(values: ArrayLike<number>): Estimate {
  const count = values.length;
  const scale = scaleOf(values);
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += values[index]! / scale;
  const mean = (sum / count) * scale;
  if (count < 2) return { count, mean, standardError: undefined, interval: undefined };
  let squares = 0;
  for (let index = 0; index < count; index += 1) squares += ((values[index]! - mean) / scale) ** 2;
  const standardError = Math.sqrt(squares / (count - 1) / count) * scale;
  const half = standardError * quantile(count - 1);
  return { count, mean, standardError, interval: [mean - half, mean + half] };
}

/** A factor without which the squares of the values would be infinite or 0; 1 for usual values. */
function scaleOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < values.length; index += 1) largest = Math.max(largest, Math.abs(values[index]!));
  return largest > 1e150 || (largest > 0 && largest < 1e-150) ? largest : 1;
}

/** Whether two numbers differ by no more than the rounding of sums. */
export function isEqual(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

/** The mean of paired differences `a - b`, at least one, and whether it differs from 0. */
export function pairedDifference(differences: ArrayLike<number>): PairedDifference {
  const found = estimate(differences);
  const { count, mean, standardError } = found;
  const freedom = count - 1;
  if (standardError === undefined || isRounding(standardError, mean)) {
    const spread = { standardError: standardError && 0, interval: undefined };
    return { ...found, ...spread, t: undefined, p: undefined, effect: undefined, detectable: undefined };
  }
  const t = mean / standardError;
  return {
    ...found,
    t,
    p: twoSidedP(t, freedom),
    effect: count > 2 ? (t / Math.sqrt(count)) * unbiased(freedom) : undefined,
    detectable: standardError * detectable(freedom),
  };
}

/** Whether a spread is only the rounding of sums: pairs that all differ by the same amount allow no test. */
function isRounding(standardError: number, mean: number): boolean {
  return standardError <= 1e-10 * Math.abs(mean);
}

/** What an effect size is multiplied by so that its mean is the true one; `freedom` is at least 2. */
function unbiased(freedom: number): number {
  return Math.sqrt((2 * Math.PI) / freedom) / betaOfHalves(freedom - 1);
}

const quantile = once((freedom) => twoSidedQuantile(confidence, freedom));
const detectable = once((freedom) => detectableErrors(confidence, power, freedom));

/** Computes a number once for each number of degrees of freedom: thousands of models have the same number of repetitions. */
function once(compute: (freedom: number) => number): (freedom: number) => number {
  const known = new Map<number, number>();
  return (freedom) => {
    const found = known.get(freedom) ?? compute(freedom);
    known.set(freedom, found);
    return found;
  };
}
