/** The weights of a two-dimensional filter: rows of `width`, an odd number, and an odd number of rows. */
export interface Kernel {
  readonly width: number;
  readonly weights: readonly number[];
}

/**
 * Correlates each channel of an image with a kernel; past its edges, the image is mirrored at its border pixels (dcb|abcd|cba, OpenCV's
 * `BORDER_REFLECT_101`).
 * @param image values [height, width, channels], row-major, larger than the kernel's reach. @returns values of the same shape.
 */
export function correlate(
  image: ArrayLike<number>,
  width: number,
  channels: number,
  { width: kernelWidth, weights }: Kernel,
): Float64Array {
  const height = image.length / (width * channels);
  const kernelHeight = weights.length / kernelWidth;
  const columns = mirrored(width, (kernelWidth - 1) / 2);
  const rows = mirrored(height, (kernelHeight - 1) / 2);
  const result = new Float64Array(image.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          const row = rows[y + Math.trunc(i / kernelWidth)]!;
          const column = columns[x + (i % kernelWidth)]!;
          sum += weights[i]! * image[(row * width + column) * channels + channel]!;
        }
        result[(y * width + x) * channels + channel] = sum;
      }
    }
  }
  return result;
}

/** The positions -reach .. length + reach - 1 of an axis, with those outside mirrored into it. */
function mirrored(length: number, reach: number): Int32Array {
  const last = length - 1;
  return Int32Array.from({ length: length + 2 * reach }, (_, i) => last - Math.abs(last - Math.abs(i - reach)));
}
