import { type Affine, type Fill, rotate, shearX, shearY, translateX, translateY, warp, warpOffsets } from './affine.ts';
import { adjustContrast, legacyContrastGrey, saturateColour } from './colour.ts';
import { cutOut } from './cutout.ts';
import { autoContrast, equalize } from './histogram.ts';
import { levelsAt, type Strength } from './levels.ts';
import { sharpen } from './sharpness.ts';
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

/** How RandAugment is set (Cubuk et al. 2020, as in the TensorFlow Model Garden). */
export interface RandAugmentSpec extends Strength {
  /** Operations applied one after another. */
  readonly layers: number;
  /** What rotation, shear and translation leave uncovered. */
  readonly fill: Fill;
  /** Contrast against a nearly black grey, as the Model Garden had it, or against each channel's mean, as since its 2.19.1. */
  readonly contrast: 'legacy' | 'fixed';
}

/** The random choices inside an operation. */
export interface RandAugmentDraws {
  /** Heads is the positive sign. */
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
