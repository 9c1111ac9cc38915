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
    const start = y * row;
    for (let channel = 0; channel < 3; channel++) {
      let left = 0;
      let middle = 0;
      for (let i = start + channel, x = 0; x < side; x++, i += 3) {
        const right = source[i - row]! + source[i]! + source[i + row]!;
        if (x > 1) {
          const centre = source[i - 3]!;
          const smooth = ((left + middle + right + 4 * centre) / 13) | 0;
          target[i - 3] = pairs[(smooth << 8) + centre]!;
        }
        left = middle;
        middle = right;
      }
    }
  }
}
