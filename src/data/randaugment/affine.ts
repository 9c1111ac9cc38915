import { type Affine, identity } from '../affine.ts';

/** What is outside the image: its reflection, dcba|abcd|dcba, or grey 128. */
export type Fill = 'reflect' | 'grey';

const grey = 128;

/** Shifts rows. @param level pixels per row. */
export function shearX(level: number): Affine {
  return { ...identity, xy: Math.fround(level) };
}

/** Shifts columns. @param level pixels per column. */
export function shearY(level: number): Affine {
  return { ...identity, yx: Math.fround(level) };
}

/** Moves the content left. @param pixels may be fractional or negative. */
export function translateX(pixels: number): Affine {
  return { ...identity, x0: Math.fround(pixels) };
}

/** Moves the content up. @param pixels may be fractional or negative. */
export function translateY(pixels: number): Affine {
  return { ...identity, y0: Math.fround(pixels) };
}

/** Rotates about the centre of a square image. @param degrees clockwise. */
export function rotate(degrees: number, side: number): Affine {
  const { fround } = Math;
  const angle = fround(fround(degrees) * fround(Math.PI / 180));
  const cos = fround(Math.cos(angle));
  const sin = fround(Math.sin(angle));
  const last = side - 1;
  const x0 = fround(fround(last - fround(fround(cos * last) - fround(sin * last))) / 2);
  const y0 = fround(fround(last - fround(fround(sin * last) + fround(cos * last))) / 2);
  return { xx: cos, xy: -sin, x0, yx: sin, yy: cos, y0 };
}

/**
 * The source of each output pixel of a warp: the nearest pixel, as TensorFlow's ImageProjectiveTransformV3 finds it on a CPU (image_ops.h).
 * @returns offsets of bytes in a [side, side, 3] image, [side, side]; -1 outside, which occurs only with a grey fill.
 */
export function warpOffsets(side: number, map: Affine, fill: Fill): Int32Array {
  const { fround } = Math;
  const { xx, xy, x0, yx, yy, y0 } = map;
  const nearest = fill === 'reflect' ? nearestReflected : nearestInside;
  return Int32Array.from({ length: side * side }, (_, place) => {
    const x = place % side;
    const y = (place - x) / side;
    const column = nearest(fround(fround(fround(xx * x) + fround(xy * y)) + x0), side);
    const row = nearest(fround(fround(fround(yx * x) + fround(yy * y)) + y0), side);
    return row < 0 || column < 0 ? -1 : (row * side + column) * 3;
  });
}

/** Copies each pixel from its source. @param source and target: [side, side, 3] bytes. @param offsets from `warpOffsets`. */
export function warp(source: Uint8Array, target: Uint8Array, offsets: Int32Array): void {
  for (let pixel = 0, to = 0; pixel < offsets.length; pixel++, to += 3) {
    const from = offsets[pixel]!;
    if (from < 0) {
      target[to] = grey;
      target[to + 1] = grey;
      target[to + 2] = grey;
    } else {
      const red = source[from]!;
      const green = source[from + 1]!;
      const blue = source[from + 2]!;
      target[to] = red;
      target[to + 1] = green;
      target[to + 2] = blue;
    }
  }
}

/** The index nearest to a coordinate, half away from zero; -1 outside the image. */
function nearestInside(coordinate: number, length: number): number {
  const nearest = Math.trunc(coordinate + Math.sign(coordinate) * 0.5);
  return nearest < 0 || nearest >= length ? -1 : nearest;
}

/** The index nearest to a coordinate after reflection at the edges; float32, as TensorFlow maps it. */
function nearestReflected(coordinate: number, length: number): number {
  const { fround } = Math;
  const last = length - 1;
  const period = 2 * length;
  let inside = coordinate;
  if (inside < 0) {
    inside = fround(inside + period * Math.trunc(fround(-inside / period)));
    inside = inside < -length ? fround(inside + period) : fround(-inside - 1);
  } else if (inside > last) {
    inside = fround(inside - period * Math.trunc(fround(inside / period)));
    if (inside >= length) inside = fround(fround(period - inside) - 1);
  }
  return Math.trunc(Math.min(Math.max(inside, 0), last) + 0.5);
}
