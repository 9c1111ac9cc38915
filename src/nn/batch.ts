import type { InputSpec } from '../compute/index.ts';

/** Some images, with what is known of them. */
export interface Batch {
  /** [size, side, side, 3], 0..255; where images have several views, those of the second follow behind those of the first. */
  readonly images: Float32Array | Uint8Array;
  /** [size], 0..classes-1; -1 where an image has no label, which only training takes. */
  readonly labels: Uint8Array | Int32Array;
  /** [size, classes]: what the teacher says of each image, before temperature. */
  readonly teacherLogits?: Float32Array;
  readonly size: number;
}

/** How pixels come: as bytes, or as floats where views have fractions. */
type PixelType = 'uint8' | 'float32';

/** Images to train on, in batches of one size; the last one of an epoch may be smaller. */
export interface TrainingData {
  /** Images in an epoch. */
  readonly images: number;
  readonly batchSize: number;
  readonly pixels: PixelType;
  /** Views of each image; 1, where nothing is said. */
  readonly views?: number;
  /** The batches of an epoch from `first` on, always the same for the same epoch; both count from 0. */
  batches(epoch: number, first: number): AsyncIterable<Batch>;
}

/** Images to judge a network by, in batches of at most one size. */
export interface EvaluationData {
  readonly batchSize: number;
  readonly pixels: PixelType;
  batches(): AsyncIterable<Batch>;
}

/** The form of the batches that a function takes. */
export interface BatchForm {
  readonly size: number;
  readonly pixels: PixelType;
  readonly views?: number;
}

/** The input of a function that takes images: [views size, imageSize, imageSize, 3]. */
export function imagesInput(imageSize: number, { size, pixels, views = 1 }: BatchForm): InputSpec {
  return { shape: [views * size, imageSize, imageSize, 3], dtype: pixels };
}

/** The forms of the batches of an epoch: the full one, and the last one where it is smaller. */
export function batchForms({ images, batchSize, pixels, views = 1 }: TrainingData): readonly BatchForm[] {
  const rest = images % batchSize;
  const forms = images < batchSize ? [] : [{ size: batchSize, pixels, views }];
  return rest === 0 ? forms : [...forms, { size: rest, pixels, views }];
}
