import { side } from './corruption.ts';
import { roundHalfToEven } from './round-half-to-even.ts';

/** A zoom into the middle of an image: which rows (and alike columns) each row of the result lies between. */
export interface Zoom {
  /** The upper of the two source rows. */
  readonly first: Int32Array;
  /** How far the row of the result lies on the way to the next source row, 0..1. */
  readonly fraction: Float64Array;
}

/** Crops the middle that `factor` makes at least as large as the image, enlarges it with aligned corners, and trims what is over. */
export function clippedZoom(factor: number): Zoom {
  const cropped = Math.ceil(side / factor);
  const enlarged = roundHalfToEven(cropped * factor);
  const cropStart = Math.floor((side - cropped) / 2);
  const trimStart = Math.floor((enlarged - side) / 2);
  const step = (cropped - 1) / (enlarged - 1);
  const places = Array.from({ length: side }, (_, i) => (i + trimStart) * step);
  return {
    first: Int32Array.from(places, (place) => cropStart + Math.floor(place)),
    fraction: Float64Array.from(places, (place) => place - Math.floor(place)),
  };
}

/**
 * Zooms with linear interpolation.
 * @param image values [32, 32, channels]. @param visit takes each value of the result, in memory order, in double precision.
 */
export function zoomed(
  image: Float32Array | Float64Array,
  channels: number,
  { first, fraction }: Zoom,
  visit: (value: number, index: number) => void,
): void {
  const right = channels;
  const below = side * channels;
  // At the last row or column there is no next one; its weight is 0.
  const at = (index: number) => image[index] ?? 0;
  for (let y = 0, index = 0; y < side; y++) {
    const fy = fraction[y]!;
    for (let x = 0; x < side; x++) {
      const fx = fraction[x]!;
      const corner = first[y]! * below + first[x]! * right;
      for (let c = 0; c < channels; c++, index++) {
        const start = corner + c;
        const upper = at(start) * (1 - fy) * (1 - fx) + at(start + right) * (1 - fy) * fx;
        visit(upper + at(start + below) * fy * (1 - fx) + at(start + below + right) * fy * fx, index);
      }
    }
  }
}
