import type { Affine } from '../affine.ts';

/** Turns a square image about its centre, as `Image.rotate` of Pillow does; places are those of the image, pixels' centres lie at halves. @param degrees counter-clockwise. */
export function rotation(degrees: number, side: number): Affine {
  const angle = (-degrees * Math.PI) / 180;
  const [cos, sin] = [to15Digits(Math.cos(angle)), to15Digits(Math.sin(angle))];
  const centre = side / 2;
  return {
    xx: cos,
    xy: sin,
    x0: cos * -centre + sin * -centre + centre,
    yx: -sin,
    yy: cos,
    y0: -sin * -centre + cos * -centre + centre,
  };
}

/**
 * Transforms an image like `Image.transform(…, AFFINE, resample=BILINEAR)` of Pillow: black outside the image, values truncated.
 * @param image and target: [side, side, 3] bytes.
 */
export function transform(image: Uint8Array, target: Uint8Array, side: number, map: Affine): void {
  const last = side - 1;
  const inside = (place: number) => Math.min(Math.max(place, 0), last);
  for (let y = 0, to = 0; y < side; y++) {
    for (let x = 0; x < side; x++, to += 3) {
      const placeX = map.xx * (x + 0.5) + map.xy * (y + 0.5) + map.x0;
      const placeY = map.yx * (x + 0.5) + map.yy * (y + 0.5) + map.y0;
      if (placeX < 0 || placeX >= side || placeY < 0 || placeY >= side) {
        target.fill(0, to, to + 3);
        continue;
      }
      const left = Math.floor(placeX - 0.5);
      const top = Math.floor(placeY - 0.5);
      const across = placeX - 0.5 - left;
      const down = placeY - 0.5 - top;
      const near = inside(left) * 3;
      const far = inside(left + 1) * 3;
      const upper = inside(top) * side * 3;
      const lower = inside(top + 1) * side * 3;
      for (let c = 0; c < 3; c++) {
        const above = between(image[upper + near + c]!, image[upper + far + c]!, across);
        const below = between(image[lower + near + c]!, image[lower + far + c]!, across);
        // Above the first row and below the last one, Pillow uses only the nearest row, which gives the same.
        target[to + c] = between(above, below, down);
      }
    }
  }
}

function between(from: number, to: number, way: number): number {
  return from + (to - from) * way;
}

function to15Digits(value: number): number {
  return Number(value.toFixed(15));
}
