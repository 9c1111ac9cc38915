/** Maps an output place (x, y) to the input place (xx x + xy y + x0, yx x + yy y + y0); float32. */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** What lies outside the image: its reflection, dcba|abcd|dcba, or grey 128. */
export type Fill = 'reflect' | 'grey';

const identity: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };
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

/** Turns about the centre of a square image. @param degrees clockwise. */
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
 * Warps a square image with the nearest pixel, as TensorFlow's ImageProjectiveTransformV3 does on a CPU (image_ops.h).
 * @param source [side, side, 3] bytes. @param target the same, written.
 */
export function warp(source: Uint8Array, target: Uint8Array, side: number, map: Affine, fill: Fill): void {
  const { fround } = Math;
  const { xx, xy, x0, yx, yy, y0 } = map;
  const nearest = fill === 'reflect' ? nearestReflected : nearestInside;
  let to = 0;
  for (let y = 0; y < side; y++) {
    const xOfY = fround(xy * y);
    const yOfY = fround(yy * y);
    for (let x = 0; x < side; x++, to += 3) {
      const column = nearest(fround(fround(fround(xx * x) + xOfY) + x0), side);
      const row = nearest(fround(fround(fround(yx * x) + yOfY) + y0), side);
      if (column < 0 || row < 0) {
        target[to] = grey;
        target[to + 1] = grey;
        target[to + 2] = grey;
      } else {
        const from = (row * side + column) * 3;
        target[to] = source[from]!;
        target[to + 1] = source[from + 1]!;
        target[to + 2] = source[from + 2]!;
      }
    }
  }
}

/** The index nearest to a coordinate, half away from zero; -1 outside. */
function nearestInside(coordinate: number, length: number): number {
  if (coordinate <= -0.5 || coordinate >= length - 0.5) return -1;
  return coordinate < 0 ? 0 : (coordinate + 0.5) | 0;
}

/** The index nearest to a coordinate after reflection at the edges; float32, as TensorFlow maps it. */
function nearestReflected(coordinate: number, length: number): number {
  const { fround } = Math;
  const last = length - 1;
  if (coordinate >= 0 && coordinate <= last) return (coordinate + 0.5) | 0;
  const period = 2 * length;
  let inside = coordinate;
  if (inside < 0) {
    inside = fround(inside + period * Math.trunc(fround(-inside / period)));
    inside = inside < -length ? fround(inside + period) : fround(-inside - 1);
  } else {
    inside = fround(inside - period * Math.trunc(fround(inside / period)));
    if (inside >= length) inside = fround(fround(period - inside) - 1);
  }
  return (Math.min(Math.max(inside, 0), last) + 0.5) | 0;
}
