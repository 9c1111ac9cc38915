/** A mean over independent repetitions. */
export interface Estimate {
  /** How many values it is the mean of. */
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation over the root of `count`; undefined for a single value, which says nothing of its spread. */
  readonly standardError: number | undefined;
}

/** How much one thing exceeds another, both measured in the same repetitions. */
export interface PairedDifference extends Estimate {
  /** `mean / standardError`; undefined where there is no standard error, or it is 0. */
  readonly t: number | undefined;
  /** Chance of a difference at least as large if there were none: two-sided paired t-test (Student 1908), in [0, 1]. */
  readonly p: number | undefined;
}

/** The mean of at least one value and its standard error. */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { count, mean, standardError: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}

/** The mean of `a - b` over pairs, at least one, and whether it can be told from 0. */
export function pairedDifference(pairs: readonly (readonly [a: number, b: number])[]): PairedDifference {
  const difference = estimate(pairs.map(([a, b]) => a - b));
  const { count, mean, standardError } = difference;
  if (standardError === undefined || standardError === 0) return { ...difference, t: undefined, p: undefined };
  const t = mean / standardError;
  return { ...difference, t, p: twoSidedP(t, count - 1) };
}

/**
 * The chance that Student's t with `freedom` degrees of freedom (a whole number, at least 1) lies beyond ±t, in [0, 1].
 * A finite sum where the degrees are whole: Abramowitz & Stegun 1964, 26.7.3 and 26.7.4.
 */
export function twoSidedP(t: number, freedom: number): number {
  const angle = Math.atan(Math.abs(t) / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let k = odd ? 1 : 0; k <= freedom - 2; k += 2) {
    sum += term;
    term *= ((k + 1) / (k + 2)) * cosine ** 2;
  }
  const within = odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return Math.min(1, Math.max(0, 1 - within));
}
