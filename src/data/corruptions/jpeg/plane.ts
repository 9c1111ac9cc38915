import { forwardTransform, inverseTransform } from './transform.ts';

/** One channel of an image, bytes row by row. */
export interface Plane {
  readonly width: number;
  readonly bytes: Uint8Array;
}

/** A plane after its blocks of 8x8 were transformed, rounded to the steps of a table, and transformed back. */
export function requantised({ width, bytes }: Plane, table: Int32Array): Plane {
  const result = new Uint8ClampedArray(bytes.length);
  const block = new Int32Array(64);
  const height = bytes.length / width;
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      const corner = top * width + left;
      for (let i = 0; i < 64; i++) block[i] = bytes[corner + (i >> 3) * width + (i & 7)]! - 128;
      forwardTransform(block);
      for (let i = 0; i < 64; i++) block[i] = rounded(block[i]!, table[i]!);
      inverseTransform(block);
      for (let i = 0; i < 64; i++) result[corner + (i >> 3) * width + (i & 7)] = block[i]! + 128;
    }
  }
  return { width, bytes: new Uint8Array(result.buffer) };
}

/** The multiple of a step nearest to an eighth of a coefficient, halves away from zero. */
function rounded(eightfold: number, step: number): number {
  const divisor = 8 * step;
  const level = Math.trunc((Math.abs(eightfold) + (divisor >> 1)) / divisor);
  return (eightfold < 0 ? -level : level) * step;
}

/** Half the width and height: means of 2x2, halves rounded down in even columns and up in odd ones, so that brightness does not drift. */
export function halved({ width, bytes }: Plane): Plane {
  const half = width / 2;
  const result = new Uint8Array(bytes.length / 4);
  for (let i = 0; i < result.length; i++) {
    const column = i % half;
    const corner = 2 * ((i - column) / half) * width + 2 * column;
    const sum = bytes[corner]! + bytes[corner + 1]! + bytes[corner + width]! + bytes[corner + width + 1]!;
    result[i] = (sum + 1 + (column & 1)) >> 2;
  }
  return { width: half, bytes: result };
}

/** Twice the width and height by a triangle filter: each new pixel weighs the nearest old one 3/4 and the next 1/4, in both directions. */
export function doubled({ width, bytes }: Plane): Plane {
  const height = bytes.length / width;
  const result = new Uint8Array(bytes.length * 4);
  const line = new Int32Array(width);
  for (let y = 0; y < 2 * height; y++) {
    const near = y >> 1;
    const next = Math.min(Math.max(near + (y & 1 ? 1 : -1), 0), height - 1);
    for (let x = 0; x < width; x++) line[x] = 3 * bytes[near * width + x]! + bytes[next * width + x]!;
    for (let x = 0; x < width; x++) {
      const nearest = 3 * line[x]!;
      result[2 * (y * width + x)] = (nearest + line[Math.max(x - 1, 0)]! + 8) >> 4;
      result[2 * (y * width + x) + 1] = (nearest + line[Math.min(x + 1, width - 1)]! + 7) >> 4;
    }
  }
  return { width: 2 * width, bytes: result };
}
