import type { Plane } from './plane.ts';

/** Brightness, and the differences of blue and red from it (JFIF). */
export interface YCbCr {
  readonly y: Plane;
  readonly cb: Plane;
  readonly cr: Plane;
}

const bits = 16;
const half = 1 << (bits - 1);
const fixed = (value: number) => Math.round(value * 2 ** bits);

const [redToY, greenToY, blueToY] = [fixed(0.299), fixed(0.587), fixed(0.114)];
const [redToCb, greenToCb] = [fixed(0.16874), fixed(0.33126)];
const [greenToCr, blueToCr] = [fixed(0.41869), fixed(0.08131)];
/** 128, plus a half that is rounded down, so that the largest difference still fits a byte. */
const centre = 128 * 2 ** bits + half - 1;

/** Bytes [height, width, 3] of red, green and blue as three planes, in libjpeg's fixed-point arithmetic. */
export function toYCbCr(image: Uint8Array, width: number): YCbCr {
  const y = new Uint8Array(image.length / 3);
  const cb = new Uint8Array(y.length);
  const cr = new Uint8Array(y.length);
  for (let i = 0; i < y.length; i++) {
    const red = image[3 * i]!;
    const green = image[3 * i + 1]!;
    const blue = image[3 * i + 2]!;
    y[i] = (redToY * red + greenToY * green + blueToY * blue + half) >> bits;
    cb[i] = (-redToCb * red - greenToCb * green + half * blue + centre) >> bits;
    cr[i] = (half * red - greenToCr * green - blueToCr * blue + centre) >> bits;
  }
  return { y: { width, bytes: y }, cb: { width, bytes: cb }, cr: { width, bytes: cr } };
}

const [crToRed, cbToGreen, crToGreen, cbToBlue] = [fixed(1.402), fixed(0.34414), fixed(0.71414), fixed(1.772)];

/** Three planes of equal size as bytes [height, width, 3] of red, green and blue, in libjpeg's fixed-point arithmetic. */
export function toRgb({ y, cb, cr }: YCbCr): Uint8Array {
  const image = new Uint8ClampedArray(y.bytes.length * 3);
  for (let i = 0; i < y.bytes.length; i++) {
    const brightness = y.bytes[i]!;
    const blueness = cb.bytes[i]! - 128;
    const redness = cr.bytes[i]! - 128;
    image[3 * i] = brightness + ((crToRed * redness + half) >> bits);
    image[3 * i + 1] = brightness + ((-cbToGreen * blueness - crToGreen * redness + half) >> bits);
    image[3 * i + 2] = brightness + ((cbToBlue * blueness + half) >> bits);
  }
  return new Uint8Array(image.buffer);
}
