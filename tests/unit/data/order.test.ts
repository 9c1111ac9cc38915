import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { epochOrder } from '../../../src/data/order.ts';

describe('the order of an epoch', () => {
  test('visits every image once, whatever the buffer', () => {
    const sizes = fc.record({
      seed: fc.nat(),
      epoch: fc.nat(99),
      n: fc.nat(300),
      buffer: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(sizes, ({ seed, epoch, n, buffer }) => {
        const order = epochOrder(seed, epoch, n, buffer);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, index) => index));
      }),
    );
  });

  test('differs by seed and by epoch and by nothing else', () => {
    const order = epochOrder(1, 0, 1000);
    expect(epochOrder(1, 0, 1000)).toEqual(order);
    expect(epochOrder(1, 1, 1000)).not.toEqual(order);
    expect(epochOrder(2, 0, 1000)).not.toEqual(order);
  });

  test('every permutation of three is equally likely', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 6000; epoch++) {
      const name = epochOrder(9, epoch, 3).join();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values())
      expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(6000 * (1 / 6) * (5 / 6)));
  });

  test('with a buffer, no image comes out more than buffer - 1 places early', () => {
    const early = [...epochOrder(1, 0, 5000, 128)].map((image, place) => image - place);
    expect(Math.max(...early)).toBeLessThanOrEqual(127);
    expect(Math.max(...early)).toBeGreaterThan(100);
    expect([...epochOrder(1, 0, 10, 1)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
