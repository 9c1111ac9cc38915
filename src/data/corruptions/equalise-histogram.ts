import { roundHalfToEven } from './round-half-to-even.ts';

/** Spreads the levels of a grey image so that their cumulated shares rise evenly, as `cv2.equalizeHist` does; an even image stays. */
export function equaliseHistogram(image: Uint8Array): Uint8Array {
  const histogram = new Uint32Array(256);
  for (const level of image) histogram[level]!++;
  const lowest = histogram.findIndex((count) => count > 0);
  const above = image.length - histogram[lowest]!;
  if (above === 0) return image.slice();
  const scale = Math.fround(255 / above);
  const levels = new Uint8Array(256);
  let count = 0;
  for (let level = lowest + 1; level < 256; level++) {
    count += histogram[level]!;
    levels[level] = roundHalfToEven(Math.fround(count * scale));
  }
  return image.map((level) => levels[level]!);
}
