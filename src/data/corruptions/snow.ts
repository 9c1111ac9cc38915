import { clippedZoom, type Zoom, zoomed } from './clipped-zoom.ts';
import { type BySeverity, type Corruption, channels, side } from './corruption.ts';
import { type Motion, smear } from './motion-blur.ts';
import type { RandomSource } from './random-source.ts';
import { unitToByte } from './unit-range.ts';

interface Snow {
  /** Parameters of the normal numbers that flakes are cut from. */
  readonly mean: number;
  readonly deviation: number;
  readonly zoom: Zoom;
  /** Lower values are not flakes. */
  readonly threshold: number;
  readonly motion: Motion;
  /** How much of the image keeps its colour; the rest becomes whiter. */
  readonly kept: number;
}

const snows: BySeverity<Snow> = {
  1: {
    mean: 0.1,
    deviation: 0.2,
    zoom: clippedZoom(1),
    threshold: 0.6,
    motion: { radius: 8, deviation: 3 },
    kept: 0.95,
  },
  2: {
    mean: 0.1,
    deviation: 0.2,
    zoom: clippedZoom(1),
    threshold: 0.5,
    motion: { radius: 10, deviation: 4 },
    kept: 0.9,
  },
  3: {
    mean: 0.15,
    deviation: 0.3,
    zoom: clippedZoom(1.75),
    threshold: 0.55,
    motion: { radius: 10, deviation: 4 },
    kept: 0.9,
  },
  4: {
    mean: 0.25,
    deviation: 0.3,
    zoom: clippedZoom(2.25),
    threshold: 0.6,
    motion: { radius: 12, deviation: 6 },
    kept: 0.85,
  },
  5: {
    mean: 0.3,
    deviation: 0.3,
    zoom: clippedZoom(1.25),
    threshold: 0.65,
    motion: { radius: 14, deviation: 12 },
    kept: 0.8,
  },
};

/** Makes the image whiter, and adds flakes: once as drawn, once rotated by 180 degrees. */
export const snow: Corruption = (image, severity, random) => {
  const parameters = snows[severity];
  const flakes = fallingFlakes(parameters, random);
  const kept = Math.fround(parameters.kept);
  const whitened = Math.fround(1 - parameters.kept);
  const grey = luminance(image);
  return image.map((byte, i) => {
    const pixel = Math.floor(i / channels);
    const value = Math.fround(byte / 255);
    const white = Math.max(value, Math.fround(Math.fround(grey[pixel]! * 1.5) + 0.5));
    const winter = Math.fround(Math.fround(kept * value) + Math.fround(whitened * white));
    return unitToByte(winter + flakes[pixel]! / 255 + flakes[side * side - 1 - pixel]! / 255);
  });
};

/** The flakes of one snowfall, bytes [32, 32]. */
function fallingFlakes({ mean, deviation, zoom, threshold, motion }: Snow, random: RandomSource): Uint8Array {
  const field = Float64Array.from({ length: side * side }, () => random.normal(mean, deviation));
  const layer = Uint8Array.from(zoomed(field, 1, zoom), (value) => (value < threshold ? 0 : unitToByte(value)));
  return smear(layer, 1, motion, random.uniform(-135, -45));
}

const red = Math.fround(0.299);
const green = Math.fround(0.587);
const blue = Math.fround(0.114);

/**
 * The grey of every pixel, 0.299 R + 0.587 G + 0.114 B of the values 0..1.
 * In single precision with fused multiply-adds, OpenCV's order on processors that have them.
 * @param image bytes [pixels, 3]. @returns values [pixels] of 0..1.
 */
function luminance(image: Uint8Array): Float32Array {
  const grey = new Float32Array(image.length / 3);
  const unit = (index: number) => Math.fround(image[index]! / 255);
  for (let i = 0; i < grey.length; i++) {
    const greenAndRed = Math.fround(red * unit(3 * i) + Math.fround(green * unit(3 * i + 1)));
    grey[i] = blue * unit(3 * i + 2) + greenAndRed;
  }
  return grey;
}
