/** For each output position along one axis: the two neighbouring input positions, and the weight of the second; float32. */
export interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly weight: Float32Array;
}

/**
 * Bilinear taps with half-pixel centres and no antialiasing (TensorFlow's ResizeBilinear with half_pixel_centers, float32).
 * @param input and output: lengths of the axis.
 */
export function bilinearTaps(input: number, output: number): Taps {
  const { fround } = Math;
  const scale = fround(input / output);
  const low = new Int32Array(output);
  const high = new Int32Array(output);
  const weight = new Float32Array(output);
  for (let place = 0; place < output; place++) {
    const position = fround(fround((place + 0.5) * scale) - 0.5);
    const below = Math.floor(position);
    low[place] = Math.max(below, 0);
    high[place] = Math.min(Math.ceil(position), input - 1);
    weight[place] = position - below;
  }
  return { low, high, weight };
}

/** The part of a resized square image to compute; it must be inside the image. */
export interface ImageWindow {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

/**
 * Computes a window of a resized image, bit for bit the window of the whole: first along x, then along y, rounding to float32 each time.
 * @param image [size, size, 3] bytes. @param taps of its resize, for both axes.
 * @param rows scratch of at least size * side * 3. @param target [side, side, 3], written: float32, or bytes, to which values are
 * truncated.
 */
export function resizeWindow(
  image: Uint8Array,
  size: number,
  taps: Taps,
  { top, left, side }: ImageWindow,
  rows: Float32Array,
  target: Float32Array | Uint8Array,
): void {
  const { low, high, weight } = taps;
  const line = side * 3;
  const firstRow = low[top]!;
  const lastRow = high[top + side - 1]!;
  for (let row = firstRow; row <= lastRow; row++) {
    const from = row * size * 3;
    let to = (row - firstRow) * line;
    for (let x = left; x < left + side; x++, to += 3) {
      const a = from + low[x]! * 3;
      const b = from + high[x]! * 3;
      const w = weight[x]!;
      rows[to] = lerp(image[a]!, image[b]!, w);
      rows[to + 1] = lerp(image[a + 1]!, image[b + 1]!, w);
      rows[to + 2] = lerp(image[a + 2]!, image[b + 2]!, w);
    }
  }
  let to = 0;
  for (let y = top; y < top + side; y++) {
    const a = (low[y]! - firstRow) * line;
    const b = (high[y]! - firstRow) * line;
    const w = weight[y]!;
    for (let i = 0; i < line; i++) target[to++] = lerp(rows[a + i]!, rows[b + i]!, w);
  }
}

/** a + (b - a) w in float32. */
function lerp(a: number, b: number, w: number): number {
  return Math.fround(a + Math.fround(Math.fround(b - a) * w));
}
