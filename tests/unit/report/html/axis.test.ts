import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extent, scale, ticks } from '../../../../src/report/html/axis.ts';

test('ticks are round, inside the range, and about as many as were asked for', () => {
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(0.13, 0.47, 4)).toEqual([0.2, 0.3, 0.4]);
  expect(ticks(1, 6, 5)).toEqual([1, 2, 3, 4, 5, 6]);
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      (low, width) => {
        const found = ticks(low, low + width, 4);
        expect(found.length).toBeLessThanOrEqual(9);
        for (const value of found) {
          expect(value).toBeGreaterThanOrEqual(low - width * 1e-6);
          expect(value).toBeLessThanOrEqual(low + width * (1 + 1e-6));
        }
      },
    ),
  );
});

test('a scale maps its ends to the ends, and an extent is never empty', () => {
  const y = scale([0, 4], [100, 0]);
  expect([y(0), y(1), y(4)]).toEqual([100, 75, 0]);
  for (const values of [[0], [3, 3], [1, 2]]) {
    const [low, high] = extent(values);
    expect(low).toBeLessThan(Math.min(...values));
    expect(high).toBeGreaterThan(Math.max(...values));
  }
});
