import { canny } from './canny.ts';
import { correlate, type Kernel } from './correlate.ts';
import { type BySeverity, type Corruption, channels, side } from './corruption.ts';
import { blur, type GaussianFilter, gaussianFilter } from './gaussian-filter.ts';
import type { RandomSource } from './random-source.ts';
import { roundHalfToEven } from './round-half-to-even.ts';

interface Spatter {
  /** Parameters of the normal numbers that drops are cut from. */
  readonly mean: number;
  readonly deviation: number;
  readonly filter: GaussianFilter;
  /** Lower values are not drops. */
  readonly threshold: number;
  readonly liquid: { readonly water: number } | { readonly mud: GaussianFilter };
}

const spatters: BySeverity<Spatter> = {
  1: { mean: 0.62, deviation: 0.1, filter: gaussianFilter(0.7), threshold: 0.7, liquid: { water: 0.5 } },
  2: { mean: 0.65, deviation: 0.1, filter: gaussianFilter(0.8), threshold: 0.7, liquid: { water: 0.5 } },
  3: { mean: 0.65, deviation: 0.3, filter: gaussianFilter(1), threshold: 0.69, liquid: { water: 0.5 } },
  4: { mean: 0.65, deviation: 0.1, filter: gaussianFilter(0.7), threshold: 0.69, liquid: { mud: gaussianFilter(0.6) } },
  5: { mean: 0.65, deviation: 0.1, filter: gaussianFilter(0.5), threshold: 0.68, liquid: { mud: gaussianFilter(0.6) } },
};

/** Pale turquoise. */
const waterColour = unitColour(175, 238, 238);
const mudColour = unitColour(63, 42, 20);

function unitColour(red: number, green: number, blue: number): readonly number[] {
  return [red, green, blue].map((byte) => Math.fround(byte / 255));
}

/** Splashes the image with drops: bright water at severities 1 to 3, mud at 4 and 5; in single precision. */
export const spatter: Corruption = (image, severity, random) => {
  const { threshold, liquid, ...field } = spatters[severity];
  const drops = smoothField(field, random);
  if ('mud' in liquid) return muddied(image, mudMask(drops, threshold, liquid.mud));
  return wetted(image, waterMask(drops, threshold, liquid.water));
};

function smoothField(
  { mean, deviation, filter }: Pick<Spatter, 'mean' | 'deviation' | 'filter'>,
  random: RandomSource,
): Float64Array {
  return blur(
    Float64Array.from({ length: side * side }, () => random.normal(mean, deviation)),
    side,
    1,
    filter,
  );
}

const ones: Kernel = { width: 3, weights: [1, 1, 1, 1, 1, 1, 1, 1, 1] };
const emboss: Kernel = { width: 3, weights: [-2, -1, 0, -1, 1, 1, 0, 1, 2] };
/** Pixels from an edge beyond which it is not visible. */
const farthest = 20;

/** How bright each pixel is, 0..strength: drops, embossed by the distance to their edges. */
function waterMask(drops: Float64Array, threshold: number, strength: number): Float32Array {
  // A level of 256 or more wraps around, as bytes do in C.
  const levels = Uint8Array.from(drops, (value) => (value < threshold ? 0 : Math.trunc(value * 255)));
  const distances = distanceTransform(canny(levels, side, 50, 150), side).map((distance) =>
    Math.min(distance, farthest),
  );
  const smooth = Uint8Array.from(correlate(distances, side, 1, ones), (sum) => Math.fround(sum / 9));
  const embossed = Uint8ClampedArray.from(correlate(equaliseHistogram(smooth), side, 1, emboss));
  const relief = Uint8Array.from(correlate(embossed, side, 1, ones), (sum) => Math.round(sum / 9));
  const shine = relief.reduce((high, height, i) => Math.max(high, height * levels[i]!), 0);
  // The original divides by a brightness of 0 if there is no drop; here the mask stays empty.
  if (shine === 0) return new Float32Array(side * side);
  return Float32Array.from(relief, (height, i) => Math.fround((height * levels[i]!) / shine) * strength);
}

/** How much each pixel is covered, 0 or 0.8..1. */
function mudMask(drops: Float64Array, threshold: number, filter: GaussianFilter): Float32Array {
  const covered = Float32Array.from(drops, (value) => (value > threshold ? 1 : 0));
  const opaque = Math.fround(0.8);
  return blur(covered, side, 1, filter).map((cover) => (cover < opaque ? 0 : cover));
}

function wetted(image: Uint8Array, mask: Float32Array): Uint8Array {
  return image.map((byte, i) => {
    const shine = Math.fround(mask[Math.floor(i / channels)]! * waterColour[i % channels]!);
    return singleToByte(Math.fround(Math.fround(byte / 255) + shine));
  });
}

function muddied(image: Uint8Array, mask: Float32Array): Uint8Array {
  return image.map((byte, i) => {
    const cover = mask[Math.floor(i / channels)]!;
    const left = Math.fround(Math.fround(byte / 255) * Math.fround(1 - cover));
    return singleToByte(Math.fround(left + Math.fround(cover * mudColour[i % channels]!)));
  });
}

function singleToByte(value: number): number {
  return Math.trunc(Math.fround(Math.min(Math.max(value, 0), 1) * 255));
}

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

/** Lengths of steps to the side, aslant, and of a knight's move (Borgefors 1986), in fractions of 2^16 as OpenCV has them. */
const fraction = 2 ** 16;
const straight = Math.round(1 * fraction);
const diagonal = Math.round(1.4 * fraction);
const knight = Math.round(2.1969 * fraction);

/** The steps that come from above or from the left; the others are these turned by 180 degrees. */
const steps = [
  { dx: -1, dy: -2, length: knight },
  { dx: 1, dy: -2, length: knight },
  { dx: -2, dy: -1, length: knight },
  { dx: -1, dy: -1, length: diagonal },
  { dx: 0, dy: -1, length: straight },
  { dx: 1, dy: -1, length: diagonal },
  { dx: 2, dy: -1, length: knight },
  { dx: -1, dy: 0, length: straight },
];

/** Wider than the longest step. */
const frame = 2;

/**
 * The distance of each pixel from the nearest marked one, within about 2 % of the Euclidean distance: `cv2.distanceTransform` with a 5x5
 * mask.
 * @param marked nonzero on marked pixels, [height, width]. @returns distances in pixels, huge if nothing is marked.
 */
export function distanceTransform(marked: Uint8Array, width: number): Float64Array {
  const height = marked.length / width;
  const stride = width + 2 * frame;
  const far = 2 ** 29;
  const lengths = new Int32Array(stride * (height + 2 * frame)).fill(far);
  const place = (pixel: number) => (Math.trunc(pixel / width) + frame) * stride + (pixel % width) + frame;
  for (let pixel = 0; pixel < marked.length; pixel++) if (marked[pixel]) lengths[place(pixel)] = 0;
  const shorten = (pixel: number, direction: 1 | -1) => {
    const at = place(pixel);
    for (const { dx, dy, length } of steps) {
      lengths[at] = Math.min(lengths[at]!, lengths[at + direction * (dy * stride + dx)]! + length);
    }
  };
  for (let pixel = 0; pixel < marked.length; pixel++) shorten(pixel, 1);
  for (let pixel = marked.length - 1; pixel >= 0; pixel--) shorten(pixel, -1);
  return Float64Array.from(marked, (_, pixel) => lengths[place(pixel)]! / fraction);
}
