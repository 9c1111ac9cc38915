import type { Table } from './tables.ts';

/** Luma weights of `tf.image.rgb_to_grayscale` (Rec. 601, four digits), times each byte as a fraction of 255, in float32. */
const red = lumaOf(0.2989);
const green = lumaOf(0.587);
const blue = lumaOf(0.114);

function lumaOf(weight: number): Float32Array {
  const unit = Math.fround(1 / 255);
  return Float32Array.from({ length: 256 }, (_, byte) => Math.fround(weight) * Math.fround(byte * unit));
}

/** The grey of a pixel, 0 to 255, truncated as TensorFlow converts float32 to bytes. */
export function greyOf(r: number, g: number, b: number): number {
  const luma = Math.fround(Math.fround(red[r]! + green[g]!) + blue[b]!);
  return Math.trunc(Math.fround(luma * 255.5));
}

/** Blends each pixel with its grey. @param image [pixels, 3] bytes, changed in place. @param pairs blends of grey and byte. */
export function saturateColour(image: Uint8Array, pairs: Table): void {
  for (let i = 0; i < image.length; i += 3) {
    const r = image[i]!;
    const g = image[i + 1]!;
    const b = image[i + 2]!;
    const row = greyOf(r, g, b) << 8;
    image[i] = pairs[row + r]!;
    image[i + 1] = pairs[row + g]!;
    image[i + 2] = pairs[row + b]!;
  }
}

/**
 * The grey that the Model Garden's contrast blends with: it is meant to be the mean luminance, but is the mean of the histogram's 256
 * counts.
 * @param pixels of the image.
 */
export function legacyContrastGrey(pixels: number): number {
  return Math.trunc(Math.min(pixels / 256, 255));
}

/** Scales the distance to each channel's mean, as `tf.image.adjust_contrast` does. @param image [pixels, 3] bytes, changed in place. */
export function adjustContrast(image: Uint8Array, factor: number): void {
  const unit = Math.fround(1 / 255);
  const scale = Math.fround(factor);
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let i = channel; i < image.length; i += 3) sum += image[i]!;
    const mean = Math.fround((sum * 3) / image.length / 255);
    for (let i = channel; i < image.length; i += 3) {
      const distance = Math.fround(Math.fround(image[i]! * unit) - mean);
      const value = Math.fround(mean + Math.fround(distance * scale));
      image[i] = Math.min(Math.max(Math.fround(value * 255.5), 0), 255);
    }
  }
}
