import type { Affine } from '../affine.ts';
import { channels, side } from './corruption.ts';
import { roundHalfToEven } from './round-half-to-even.ts';

/** The inverse of a map that is not degenerate. */
export function inverse({ xx, xy, x0, yx, yy, y0 }: Affine): Affine {
  const scale = 1 / (xx * yy - xy * yx);
  const [a, b, c, d] = [yy * scale, -xy * scale, -yx * scale, xx * scale];
  return { xx: a, xy: b, x0: -a * x0 - b * y0, yx: c, yy: d, y0: -c * x0 - d * y0 };
}

/** Positions in the image are computed in steps of 1/1024 along a row, and sampled in steps of 1/32 (imgwarp.cpp: AB_BITS, INTER_BITS). */
const placeScale = 1024;
const sampleScale = 32;

/**
 * Transforms an image like `cv2.warpAffine` of OpenCV 3.4 to 4.14: bilinear, mirrored at its border pixels, in single precision, from
 * positions rounded to 1/32 of a pixel. (OpenCV 5 does not round positions.)
 * @param image values [32, 32, 3]. @param toSource where in the image each pixel of the result comes from.
 */
export function affineWarp(image: Float32Array, { xx, xy, x0, yx, yy, y0 }: Affine): Float32Array {
  const result = new Float32Array(image.length);
  const along = (slope: number) => Int32Array.from({ length: side }, (_, x) => roundHalfToEven(slope * x * placeScale));
  const alongX = along(xx);
  const alongY = along(yx);
  for (let y = 0, index = 0; y < side; y++) {
    const startX = roundHalfToEven((xy * y + x0) * placeScale);
    const startY = roundHalfToEven((yy * y + y0) * placeScale);
    for (let x = 0; x < side; x++) {
      const placeX = inSamples(startX + alongX[x]!);
      const placeY = inSamples(startY + alongY[x]!);
      const left = Math.floor(placeX / sampleScale);
      const top = Math.floor(placeY / sampleScale);
      const across = placeX / sampleScale - left;
      const down = placeY / sampleScale - top;
      const upper = mirrored(top) * side;
      const lower = mirrored(top + 1) * side;
      const near = mirrored(left);
      const far = mirrored(left + 1);
      for (let c = 0; c < channels; c++, index++) {
        result[index] = weighted(
          image[(upper + near) * channels + c]!,
          (1 - down) * (1 - across),
          image[(upper + far) * channels + c]!,
          (1 - down) * across,
          image[(lower + near) * channels + c]!,
          down * (1 - across),
          image[(lower + far) * channels + c]!,
          down * across,
        );
      }
    }
  }
  return result;
}

/** To the nearest 1/32, halfway up. */
function inSamples(place: number): number {
  return Math.floor((place + placeScale / sampleScale / 2) / (placeScale / sampleScale));
}

/** The weighted sum of four values, rounded to single precision at every step; weights are multiples of 1/1024, and therefore exact. */
function weighted(a: number, wa: number, b: number, wb: number, c: number, wc: number, d: number, wd: number): number {
  const { fround } = Math;
  return fround(fround(fround(fround(a * wa) + fround(b * wb)) + fround(c * wc)) + fround(d * wd));
}

/** dcb|abcd|cba, for positions less than one side outside. */
function mirrored(place: number): number {
  const last = side - 1;
  return last - Math.abs(last - Math.abs(place));
}
