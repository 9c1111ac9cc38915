import { expect, test } from 'vitest';
import { ProgressMeter } from '../../../src/engine/index.ts';
import { count, duration, moment, percent, size } from '../../../src/report/units.ts';

test.each([
  [0, '0.00s'],
  [0.094, '0.09s'],
  [0.0951, '0.1s'],
  [59.94, '59.9s'],
  [59.96, '1m 00s'],
  [3599.4, '59m 59s'],
  [3599.6, '1h 00m'],
  [90_000, '25h 00m'],
])('%d seconds are %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [18_142_000, '18.1 MB'],
  [999_999, '1.00 MB'],
  [2e15, '2000.0 TB'],
])('%d bytes are %s', (bytes, words) => {
  expect(size(bytes)).toBe(words);
});

test('counts, shares and moments', () => {
  expect([count(0.123), count(12.34), count(12_345.6)]).toEqual(['0.1', '12.3', '12,346']);
  expect([percent(0), percent(0.71144), percent(1)]).toEqual(['0.00 %', '71.14 %', '100.00 %']);
  expect(moment('2026-01-02T03:04:05.678Z')).toBe('2026-01-02 03:04:05 UTC');
});

test('a rate is over the last ten seconds, and starts afresh with another label', () => {
  const meter = new ProgressMeter();
  const at = (label: string, done: number, now: number) => meter.update({ label, done, total: 1000, unit: 'x' }, now);
  expect(at('a', 0, 0)).toEqual({ perSecond: undefined, secondsLeft: undefined });
  expect(at('a', 10, 1)).toEqual({ perSecond: 10, secondsLeft: 99 });
  for (let now = 2; now <= 30; now += 1) at('a', 10 * now, now);
  // Ten times as fast from here on: after ten more seconds nothing of the old rate is left.
  for (let now = 31; now <= 40; now += 1) at('a', 300 + 50 * (now - 30), now);
  expect(at('a', 850, 41).perSecond).toBeCloseTo(50);
  expect(at('b', 0, 42)).toEqual({ perSecond: undefined, secondsLeft: undefined });
});
