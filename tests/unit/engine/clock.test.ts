import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/engine/index.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('tells the time of day, and never goes back', () => {
  const first = systemClock.now();
  expect(Math.abs(first - Date.now())).toBeLessThan(60_000);
  expect(systemClock.now()).toBeGreaterThanOrEqual(first);
});

test('calls back once, unless cancelled', () => {
  vi.useFakeTimers();
  const calls: string[] = [];
  systemClock.after(1000, () => calls.push('kept'));
  const cancel = systemClock.after(1000, () => calls.push('cancelled'));
  cancel();
  vi.advanceTimersByTime(999);
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(5000);
  expect(calls).toEqual(['kept']);
});

test('a wait longer than any timer of Node does not end at once', () => {
  vi.useFakeTimers();
  let called = false;
  systemClock.after(2 ** 40, () => {
    called = true;
  });
  vi.advanceTimersByTime(60_000);
  expect(called).toBe(false);
});
