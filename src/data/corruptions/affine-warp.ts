import { channels, side } from './corruption.ts';

/** Maps (x, y) to (xx x + xy y + x0, yx x + yy y + y0). */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** The map that undoes another one, which must not flatten the plane. */
export function inverse({ xx, xy, x0, yx, yy, y0 }: Affine): Affine {
  const scale = 1 / (xx * yy - xy * yx);
  const [a, b, c, d] = [yy * scale, -xy * scale, -yx * scale, xx * scale];
  return { xx: a, xy: b, x0: -a * x0 - b * y0, yx: c, yy: d, y0: -c * x0 - d * y0 };
}

/**
 * Moves an image as `cv2.warpAffine` does: bilinear, mirrored past its border pixels, in single precision with fused multiply-adds.
 * @param image values [32, 32, 3]. @param toSource where in the image each pixel of the result comes from.
 */
export function affineWarp(image: Float32Array, toSource: Affine): Float32Array {
  const [xx, xy, x0] = [Math.fround(toSource.xx), Math.fround(toSource.xy), Math.fround(toSource.x0)];
  const [yx, yy, y0] = [Math.fround(toSource.yx), Math.fround(toSource.yy), Math.fround(toSource.y0)];
  const result = new Float32Array(image.length);
  for (let y = 0, index = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sourceX = Math.fround(xx * x + Math.fround(Math.fround(xy * y) + x0));
      const sourceY = Math.fround(yx * x + Math.fround(Math.fround(yy * y) + y0));
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      const across = Math.fround(sourceX - left);
      const down = Math.fround(sourceY - top);
      const upper = mirrored(top) * side;
      const lower = mirrored(top + 1) * side;
      const near = mirrored(left);
      const far = mirrored(left + 1);
      for (let c = 0; c < channels; c++, index++) {
        const above = between(image[(upper + near) * channels + c]!, image[(upper + far) * channels + c]!, across);
        const below = between(image[(lower + near) * channels + c]!, image[(lower + far) * channels + c]!, across);
        result[index] = between(above, below, down);
      }
    }
  }
  return result;
}

function between(from: number, to: number, way: number): number {
  return Math.fround(way * Math.fround(to - from) + from);
}

/** dcb|abcd|cba, for places less than the side's length outside. */
function mirrored(place: number): number {
  const last = side - 1;
  return last - Math.abs(last - Math.abs(place));
}
