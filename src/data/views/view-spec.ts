import type { AugMixSpec } from '../augmix/aug-mix.ts';
import type { RandAugmentSpec } from '../randaugment/operations.ts';

/** How views of square RGB images are made. */
export interface ViewSpec {
  /** Side of the images, pixels. */
  readonly imageSize: number;
  /** Pixels added on each side before the resize. */
  readonly padding: number;
  /** The padding: zeros (default), or the image's reflection at its edge pixels. */
  readonly paddingMode?: 'zeros' | 'reflect';
  /** Side after the bilinear resize. */
  readonly resize: number;
  /** Side of the random crop, and so of every view. */
  readonly crop: number;
  /** Whether the noisy view of an image has the flip and crop of its clean view, or its own. */
  readonly geometry: 'shared' | 'independent';
  /** What makes a view noisy; without it there are no noisy views. */
  readonly randAugment?: RandAugmentSpec;
  /** What makes a view mixed; without it there are no mixed views. */
  readonly augMix?: AugMixSpec;
}

/**
 * The kind of view: clean or noisy, both flipped and cropped at random; two mixes of the clean one; or whole, resized to the side of a
 * crop, for evaluation.
 */
export type ViewKind = 'clean' | 'noisy' | 'mixed-1' | 'mixed-2' | 'whole';

/** Whether views of a kind are bytes, or float32 numbers between 0 and 255, because a resize left fractions. */
export function viewDtype(spec: ViewSpec, kind: ViewKind): 'uint8' | 'float32' {
  if (kind === 'noisy') return 'uint8';
  if (kind === 'mixed-1' || kind === 'mixed-2') return 'float32';
  if (kind === 'whole') return spec.crop === spec.imageSize ? 'uint8' : 'float32';
  return spec.resize === spec.imageSize + 2 * spec.padding ? 'uint8' : 'float32';
}

/** @throws RangeError if the views cannot be made. */
export function checkViewSpec(spec: ViewSpec): void {
  const { imageSize, padding, resize, crop, paddingMode, randAugment } = spec;
  if (crop > resize) throw new RangeError(`a crop of ${crop} pixels does not fit into ${resize}`);
  if (padding < 0) throw new RangeError(`padding is ${padding} pixels, less than none`);
  if (paddingMode === 'reflect' && padding >= imageSize) {
    throw new RangeError(`${padding} pixels of reflection are more than an image of ${imageSize} has`);
  }
  const magnitude = randAugment?.magnitude ?? 0;
  if (!(magnitude >= 0 && magnitude <= 10)) throw new RangeError(`magnitude is ${magnitude}, not between 0 and 10`);
}
