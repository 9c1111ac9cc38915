import { Stream } from '../random/stream.ts';
import type { CorruptionName, Severity } from './catalogue.ts';

/** The draws of corruptions, one after the other in a fixed order. */
export interface RandomSource {
  /** A real number, uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** An integer, uniform in [low, high). */
  integer(low: number, high: number): number;
  /** A real number of the normal distribution. */
  normal(mean: number, deviation: number): number;
  /** A count of the Poisson distribution. @param mean at least 0. */
  poisson(mean: number): number;
}

/**
 * The draws of each image for one corruption: a pure function of (seed, corruption, severity, index of the image), so that images can be
 * made in any order and anywhere.
 * @returns a function of the index; calling it again ends the previous result.
 */
export function corruptionDraws(
  seed: number,
  name: CorruptionName,
  severity: Severity,
): (image: number) => RandomSource {
  const stream = new Stream(seed, `corruption ${name} ${severity}`);
  const source: RandomSource = {
    uniform: (low, high) => low + (high - low) * stream.uniform(),
    integer: (low, high) => low + stream.integer(high - low),
    normal: (mean, deviation) => mean + deviation * stream.normal(),
    poisson: (mean) => poisson(mean, () => stream.uniform()),
  };
  return (image) => {
    stream.at(image);
    return source;
  };
}

/** A count of the Poisson distribution. @param mean at least 0. @param uniform gives independent numbers in [0, 1). */
export function poisson(mean: number, uniform: () => number): number {
  return mean < 10 ? byProducts(mean, uniform) : byRejection(mean, uniform);
}

/** Counts how many uniform factors keep their product above e^-mean (Knuth, TAOCP 2, 3.4.1): quick for small means. */
function byProducts(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

/**
 * Transformed rejection with squeeze: algorithm PTRS of Hörmann 1993, "The transformed rejection method for generating
 * Poisson random variables", for means of 10 and more.
 */
function byRejection(mean: number, uniform: () => number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const acceptedAtOnce = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const s = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / s + b) * u + mean + 0.43);
    if (s >= 0.07 && v <= acceptedAtOnce) return count;
    if (count < 0 || (s < 0.013 && v > s)) continue;
    const logRatio = Math.log((v * inverseAlpha) / (a / (s * s) + b));
    if (logRatio <= count * Math.log(mean) - mean - logFactorial(count)) return count;
  }
}

/** ln n! by Stirling's series, which four terms bring to double precision from 10 on; below, n! is multiplied up to there. */
function logFactorial(n: number): number {
  let x = n + 1;
  let product = 1;
  for (; x < 10; x++) product *= x;
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
