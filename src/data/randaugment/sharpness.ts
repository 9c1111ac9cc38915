import type { Table } from './tables.ts';

/**
 * Blends an image with its smoothed self: kernel [1 1 1; 1 5 1; 1 1 1] / 13, truncated; the border stays.
 * The quotient is taken exactly, in integers; TensorFlow's float32 sums are off by one here and there where it is a whole number.
 * @param source [side, side, 3] bytes. @param target the same, written. @param pairs blends of smooth and sharp byte.
 */
export function sharpen(source: Uint8Array, target: Uint8Array, side: number, pairs: Table): void {
  target.set(source);
  const row = side * 3;
  for (let y = 1; y < side - 1; y++) {
    const end = (y + 1) * row - 3;
    for (let i = y * row + 3; i < end; i++) {
      const centre = source[i]!;
      const above = source[i - row - 3]! + source[i - row]! + source[i - row + 3]!;
      const below = source[i + row - 3]! + source[i + row]! + source[i + row + 3]!;
      const smooth = ((above + below + source[i - 3]! + source[i + 3]! + 5 * centre) / 13) | 0;
      target[i] = pairs[(smooth << 8) + centre]!;
    }
  }
}
