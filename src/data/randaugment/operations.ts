import type { Affine } from '../affine.ts';
import { type Fill, rotate, shearX, shearY, translateX, translateY, warp, warpOffsets } from './affine.ts';
import { adjustContrast, legacyContrastGrey, saturateColour } from './colour.ts';
import { autoContrast, equalize } from './histogram.ts';
import { levelsAt, type Strength } from './levels.ts';
import {
  applyTable,
  blendPairs,
  blendTable,
  invertTable,
  posterizeTable,
  solarizeAddTable,
  solarizeTable,
  type Table,
} from './tables.ts';

/** Settings of RandAugment (Cubuk et al. 2020, as in the TensorFlow Model Garden). */
export interface RandAugmentSpec extends Strength {
  /** Operations applied one after another. */
  readonly layers: number;
  /** The fill of pixels that rotation, shear and translation uncover. */
  readonly fill: Fill;
  /** Contrast against a nearly black grey, as in the Model Garden before 2.19.1, or against each channel's mean, as since then. */
  readonly contrast: 'legacy' | 'fixed';
}

/** The random choices inside an operation. */
export interface RandAugmentDraws {
  /** True is the positive sign. */
  coin(): boolean;
  /** A uniform integer in [0, n). */
  integer(n: number): number;
}

/** Changes an image, [side, side, 3] bytes, in place. */
export type RandAugmentOperation = (image: Uint8Array, draws: RandAugmentDraws) => void;

/** The names of the sixteen operations, in the Model Garden's order. */
export const operationNames = [
  'AutoContrast',
  'Equalize',
  'Invert',
  'Rotate',
  'Posterize',
  'Solarize',
  'Color',
  'Contrast',
  'Brightness',
  'Sharpness',
  'ShearX',
  'ShearY',
  'TranslateX',
  'TranslateY',
  'Cutout',
  'SolarizeAdd',
] as const;

/** The name of an operation. */
export type OperationName = (typeof operationNames)[number];

/** Prepares every operation at one magnitude for images of one size. They share scratch memory: one image at a time. */
export function randAugmentOperations(
  spec: RandAugmentSpec,
  side: number,
): Readonly<Record<OperationName, RandAugmentOperation>> {
  const levels = levelsAt(spec);
  const scratch = new Uint8Array(side * side * 3);
  const pairs = blendPairs(levels.enhancement);

  const pointwise =
    (table: Table): RandAugmentOperation =>
    (image) =>
      applyTable(image, table);
  const warped = (affine: (level: number) => Affine, level: number): RandAugmentOperation => {
    const heads = warpOffsets(side, affine(level), spec.fill);
    const tails = warpOffsets(side, affine(-level), spec.fill);
    return (image, draws) => {
      scratch.set(image);
      warp(scratch, image, draws.coin() ? heads : tails);
    };
  };
  const contrast: RandAugmentOperation =
    spec.contrast === 'fixed'
      ? (image) => adjustContrast(image, levels.enhancement)
      : pointwise(blendTable(legacyContrastGrey(side * side), levels.enhancement));

  return {
    AutoContrast: (image) => autoContrast(image),
    Equalize: equalize,
    Invert: pointwise(invertTable),
    Rotate: warped((degrees) => rotate(degrees, side), levels.rotation),
    Posterize: pointwise(posterizeTable(levels.posterizeBits)),
    Solarize: pointwise(solarizeTable(levels.solarizeThreshold)),
    Color: (image) => saturateColour(image, pairs),
    Contrast: contrast,
    Brightness: pointwise(blendTable(0, levels.enhancement)),
    Sharpness(image) {
      scratch.set(image);
      sharpen(scratch, image, side, pairs);
    },
    ShearX: warped(shearX, levels.shear),
    ShearY: warped(shearY, levels.shear),
    TranslateX: warped(translateX, levels.translation),
    TranslateY: warped(translateY, levels.translation),
    Cutout: (image, draws) => cutOut(image, side, levels.cutout, draws.integer(side), draws.integer(side)),
    SolarizeAdd: pointwise(solarizeAddTable(levels.solarizeAddition)),
  };
}

const grey = 128;

/**
 * Fills a box, as far as it is inside the image, with grey 128.
 * @param image [side, side, 3] bytes, changed in place. @param half half the box's side. @param y and x: its centre.
 */
function cutOut(image: Uint8Array, side: number, half: number, y: number, x: number): void {
  const left = Math.max(0, x - half) * 3;
  const right = Math.min(side, x + half) * 3;
  if (right <= left) return;
  const bottom = Math.min(side, y + half);
  for (let row = Math.max(0, y - half); row < bottom; row++) {
    image.fill(grey, row * side * 3 + left, row * side * 3 + right);
  }
}

/**
 * Blends an image with its smoothed version: kernel [1 1 1; 1 5 1; 1 1 1] / 13, truncated; the border stays. The quotient is computed
 * exactly, in integers; TensorFlow's float32 sums are sometimes off by one if it is a whole number.
 * @param source [side, side, 3] bytes. @param target the same, written. @param pairs blends of smooth and sharp byte.
 */
function sharpen(source: Uint8Array, target: Uint8Array, side: number, pairs: Table): void {
  target.set(source);
  const row = side * 3;
  for (let y = 1; y < side - 1; y++) {
    const start = y * row;
    for (let channel = 0; channel < 3; channel++) {
      let left = 0;
      let middle = 0;
      for (let i = start + channel, x = 0; x < side; x++, i += 3) {
        const right = source[i - row]! + source[i]! + source[i + row]!;
        if (x > 1) {
          const centre = source[i - 3]!;
          const smooth = ((left + middle + right + 4 * centre) / 13) | 0;
          target[i - 3] = pairs[(smooth << 8) + centre]!;
        }
        left = middle;
        middle = right;
      }
    }
  }
}
