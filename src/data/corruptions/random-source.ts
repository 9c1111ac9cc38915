import { Stream } from '../random/stream.ts';
import type { CorruptionName, Severity } from './catalogue.ts';
import { poisson } from './poisson.ts';

/** The draws that corruptions take, one after the other in a fixed order. */
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
 * The draws of each image under one corruption: a pure function of (seed, corruption, severity, index of the image),
 * so that images can be made in any order and anywhere.
 * @returns a function of the index; what it returned before ends where it is called again.
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
