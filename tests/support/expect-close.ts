import { expect } from 'vitest';

/**
 * Compares the first values with the expected ones.
 * @param tolerance of each difference, relative where the expected value is larger than 1.
 */
export function expectClose(
  actual: ArrayLike<number> | undefined,
  expected: readonly number[],
  tolerance: number,
): void {
  const values = Array.from(actual ?? []).slice(0, expected.length);
  expect(values).toHaveLength(expected.length);
  for (const [index, value] of values.entries()) {
    const wanted = expected[index] ?? Number.NaN;
    const difference = Math.abs(value - wanted);
    expect(difference, `[${index}]: ${value}, not ${wanted}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(wanted)),
    );
  }
}
