import { describe, expect, test } from 'vitest';
import { corruptionDraws, poisson } from '../../../../src/data/corruptions/random-source.ts';
import { Stream } from '../../../../src/data/random/stream.ts';

describe('the draws of an image', () => {
  const first = (seed: number, name: 'fog' | 'snow', severity: 1 | 2, image: number) =>
    corruptionDraws(seed, name, severity)(image).uniform(0, 1);

  test('depend on nothing but seed, corruption, severity and index', () => {
    const draws = corruptionDraws(1, 'fog', 1);
    const inOrder = [0, 1, 2].map((image) => draws(image).normal(0, 1));
    const backwards = [2, 1, 0].map((image) => draws(image).normal(0, 1)).reverse();
    expect(backwards).toEqual(inOrder);
  });

  test('differ where one of these differs', () => {
    const all = [
      first(1, 'fog', 1, 0),
      first(2, 'fog', 1, 0),
      first(1, 'snow', 1, 0),
      first(1, 'fog', 2, 0),
      first(1, 'fog', 1, 1),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('keep to their ranges', () => {
    const random = corruptionDraws(3, 'snow', 5)(7);
    const integers = Array.from({ length: 200 }, () => random.integer(-1, 2));
    expect(new Set(integers)).toEqual(new Set([-1, 0, 1]));
    const angles = Array.from({ length: 200 }, () => random.uniform(-135, -45));
    expect(Math.min(...angles)).toBeGreaterThanOrEqual(-135);
    expect(Math.max(...angles)).toBeLessThan(-45);
  });

  test('are normal', () => {
    const random = corruptionDraws(4, 'snow', 5)(0);
    const values = Array.from({ length: 20_000 }, () => random.normal(3, 2));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const beyond = values.filter((value) => Math.abs(value - 3) > 2 * 1.96).length / values.length;
    expect(mean).toBeCloseTo(3, 1);
    expect(variance).toBeCloseTo(4, 0);
    expect(beyond).toBeCloseTo(0.05, 2);
  });
});

/** P(count = k) for k = 0, 1, ... */
function poissonProbabilities(mean: number, length: number): number[] {
  const probabilities = [Math.exp(-mean)];
  for (let k = 1; k < length; k++) probabilities.push((probabilities[k - 1]! * mean) / k);
  return probabilities;
}

describe('counts are of the Poisson distribution', () => {
  test.each([0.3, 4, 9.99, 10, 37.5, 500])('of mean %f', (mean) => {
    const stream = new Stream(1, `poisson ${mean}`);
    const draws = 40_000;
    const length = Math.ceil(mean + 12 * Math.sqrt(mean) + 12);
    const observed = new Float64Array(length);
    for (let i = 0; i < draws; i++) observed[poisson(mean, () => stream.uniform())]!++;
    // Pearson's statistic over cells where at least ten counts are expected, against its mean and deviation.
    let statistic = 0;
    let cells = 0;
    poissonProbabilities(mean, length).forEach((probability, count) => {
      const expected = probability * draws;
      if (expected < 10) return;
      statistic += (observed[count]! - expected) ** 2 / expected;
      cells++;
    });
    expect(Math.abs(statistic - cells)).toBeLessThan(4 * Math.sqrt(2 * cells));
  });

  test('of mean 0 are 0', () => {
    expect(poisson(0, () => 0.999)).toBe(0);
  });
});
