import { side } from './corruption.ts';
import { roundHalfToEven } from './round-half-to-even.ts';

/** A zoom into the middle of an image: between which rows (and, in the same way, columns) each row of the result is. */
export interface Zoom {
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** Where the row of the result is between the two, 0..1. */
  readonly way: Float64Array;
}

/**
 * Crops the middle so that `factor` enlarges it to at least the size of the image, enlarges it with aligned corners, and trims the rest.
 */
export function clippedZoom(factor: number): Zoom {
  const cropped = Math.ceil(side / factor);
  const enlarged = roundHalfToEven(cropped * factor);
  const cropStart = Math.floor((side - cropped) / 2);
  const trimStart = Math.floor((enlarged - side) / 2);
  const step = (cropped - 1) / (enlarged - 1);
  const places = Array.from({ length: side }, (_, i) => (i + trimStart) * step);
  return {
    before: Int32Array.from(places, (place) => cropStart + Math.floor(place)),
    // The last row has no next row.
    after: Int32Array.from(places, (place) => cropStart + Math.min(Math.floor(place) + 1, cropped - 1)),
    way: Float64Array.from(places, (place) => place - Math.floor(place)),
  };
}

/** Zooms with linear interpolation. @param image values [32, 32, channels]. @returns values of the same shape, in double precision. */
export function zoomed(
  image: Float32Array | Float64Array,
  channels: number,
  { before, after, way }: Zoom,
): Float64Array {
  const result = new Float64Array(image.length);
  for (let y = 0, index = 0; y < side; y++) {
    const upper = before[y]! * side;
    const lower = after[y]! * side;
    const down = way[y]!;
    const up = 1 - down;
    for (let x = 0; x < side; x++) {
      const right = way[x]!;
      const left = 1 - right;
      const upperLeft = (upper + before[x]!) * channels;
      const upperRight = (upper + after[x]!) * channels;
      const lowerLeft = (lower + before[x]!) * channels;
      const lowerRight = (lower + after[x]!) * channels;
      for (let c = 0; c < channels; c++, index++) {
        result[index] =
          image[upperLeft + c]! * up * left +
          image[upperRight + c]! * up * right +
          image[lowerLeft + c]! * down * left +
          image[lowerRight + c]! * down * right;
      }
    }
  }
  return result;
}
