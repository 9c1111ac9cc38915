import type { InputSpec } from '../compute/index.ts';

/** A batch of images, with their labels and logits. */
export interface Batch {
  /** [size, side, side, 3], 0..255; if images have several views, all first views come before all second views. */
  readonly images: Float32Array | Uint8Array;
  /** [size], 0..classes-1; -1 for an image without a label, which only training accepts. */
  readonly labels: Uint8Array | Int32Array;
  /** [size, classes]: the teacher's logits for each image, before temperature. */
  readonly teacherLogits?: Float32Array;
  readonly size: number;
}

/** The type of pixels: bytes, or floats if views have fractions. */
type PixelType = 'uint8' | 'float32';

/** Images to train on, in batches of one size; the last one of an epoch may be smaller. */
export interface TrainingData {
  /** Images in an epoch. */
  readonly images: number;
  readonly batchSize: number;
  readonly pixels: PixelType;
  /** Views of each image (default: 1). */
  readonly views?: number;
  /** The batches of an epoch from `first` on, always the same for the same epoch; both count from 0. */
  batches(epoch: number, first: number): AsyncIterable<Batch>;
}

/** Images to evaluate a network on, in batches of at most one size. */
export interface EvaluationData {
  readonly batchSize: number;
  readonly pixels: PixelType;
  batches(): AsyncIterable<Batch>;
}

/** The form of the batches that a function accepts. */
export interface BatchForm {
  readonly size: number;
  readonly pixels: PixelType;
  readonly views?: number;
}

/** The input of a function that takes images: [views size, imageSize, imageSize, 3]. */
export function imagesInput(imageSize: number, { size, pixels, views = 1 }: BatchForm): InputSpec {
  return { shape: [views * size, imageSize, imageSize, 3], dtype: pixels };
}

/** The forms of the batches of an epoch: the full one, and the last one if it is smaller. */
export function batchForms({ images, batchSize, pixels, views = 1 }: TrainingData): readonly BatchForm[] {
  const rest = images % batchSize;
  const forms = images < batchSize ? [] : [{ size: batchSize, pixels, views }];
  return rest === 0 ? forms : [...forms, { size: rest, pixels, views }];
}
