import type { Values } from './program.ts';

/** One of several equal parts of values; it shares their memory. */
export function partOf<T extends Values>(values: T, at: number, parts: number): T {
  const length = values.length / parts;
  return values.subarray(at * length, (at + 1) * length) as T;
}

/** Values of one kind, one behind the other. */
export function joined<T extends Values>(parts: readonly T[]): T {
  const Kind = parts[0]!.constructor as new (length: number) => T;
  const all = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const values of parts) {
    all.set(values, at);
    at += values.length;
  }
  return all;
}

/** How many values a tensor of this shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
