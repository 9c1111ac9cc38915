import { describe, expect, test } from 'vitest';
import { Stream } from '../../../../src/data/random/stream.ts';

const draw = (stream: Stream, count = 8) => Array.from({ length: count }, () => stream.uint32());

describe('a stream', () => {
  test('is a pure function of seed, purpose and counters', () => {
    expect(draw(new Stream(7, 'noise', 3, 5))).toEqual(draw(new Stream(7, 'noise', 3, 5)));
    const others = [new Stream(8, 'noise', 3, 5), new Stream(7, 'order', 3, 5), new Stream(7, 'noise', 4, 5)];
    for (const other of [...others, new Stream(7, 'noise', 3, 6), new Stream(7, 'noise', 5, 3)]) {
      expect(draw(other)).not.toEqual(draw(new Stream(7, 'noise', 3, 5)));
    }
  });

  test('keeps its numbers: a change here changes every result', () => {
    expect(draw(new Stream(42, 'order', 1, 2), 5)).toMatchInlineSnapshot(`
      [
        3852773005,
        1541356780,
        2800191358,
        1430994041,
        3398376950,
      ]
    `);
  });

  test('goes to any place as a new stream would start there', () => {
    const stream = new Stream(1, 'noise');
    stream.uint32();
    expect(draw(stream.at(2, 9))).toEqual(draw(new Stream(1, 'noise', 2, 9)));
    stream.normal();
    expect(stream.at(0).normal()).toBe(new Stream(1, 'noise').normal());
  });

  test('uniform numbers fill [0, 1) evenly', () => {
    const stream = new Stream(3, 'uniform');
    const bins = new Array<number>(16).fill(0);
    for (let i = 0; i < 160_000; i++) bins[Math.floor(stream.uniform() * 16)]!++;
    const chiSquared = bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(37.7); // 15 degrees of freedom, p = 0.001
  });

  test('integers are unbiased where n does not divide 2^32', () => {
    // Without rejection the lower half of these would come twice as often as the upper.
    const n = 3 * 2 ** 30;
    const stream = new Stream(4, 'integer');
    let low = 0;
    for (let i = 0; i < 20_000; i++) if (stream.integer(n) < 2 ** 30) low++;
    expect(Math.abs(low - 20_000 / 3)).toBeLessThan(4 * Math.sqrt((20_000 * 2) / 9));
    expect(new Set(Array.from({ length: 200 }, () => stream.integer(5)))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(stream.integer(1)).toBe(0);
  });

  test('normal numbers have mean 0, variance 1 and the right tails', () => {
    const stream = new Stream(5, 'normal');
    const values = Array.from({ length: 100_000 }, () => stream.normal());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.0127);
    expect(Math.abs(variance - 1)).toBeLessThan(0.018);
    expect(Math.abs(beyond - 0.05)).toBeLessThan(0.0028);
  });
});
