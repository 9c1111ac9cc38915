/** Images with their labels. */
export interface LabelledImages {
  /** [N, 32, 32, 3]. */
  readonly images: Uint8Array;
  /** [N], 0..9. */
  readonly labels: Uint8Array;
}

/** CIFAR-10 (Krizhevsky 2009), or a part of it. */
export interface Cifar10 {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

/** Side of an image, pixels. */
export const imageSide = 32;
const planeBytes = imageSide * imageSide;

/** Bytes of an image. */
export const imageBytes = 3 * planeBytes;

/** The classes, by label. */
export const classNames = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

/** The number of classes. */
export const classes = classNames.length;

/** Number of images to use of each split, from the first. */
export interface SplitCounts {
  readonly train: number;
  readonly test: number;
}

/**
 * Replaces the test images by the last `heldOut` of all training images; the training images come from the rest.
 * @throws RangeError if nothing is left to train on.
 */
export function holdOut(train: LabelledImages, heldOut: number, counts: SplitCounts): Cifar10 {
  const rest = train.labels.length - heldOut;
  if (rest < 1) throw new RangeError(`${heldOut} of ${train.labels.length} images leave none to train on`);
  return {
    train: slice(train, 0, Math.min(counts.train, rest)),
    test: slice(train, rest, rest + Math.min(counts.test, heldOut)),
  };
}

function slice({ images, labels }: LabelledImages, from: number, to: number): LabelledImages {
  return { images: images.subarray(from * imageBytes, to * imageBytes), labels: labels.subarray(from, to) };
}

/** Copies an image from three planes (red, green, blue), as in the files, to pixels. @param target [32, 32, 3]. */
export function planesToPixels(planes: Uint8Array, target: Uint8Array): void {
  for (let pixel = 0; pixel < planeBytes; pixel++) {
    target[3 * pixel] = planes[pixel]!;
    target[3 * pixel + 1] = planes[planeBytes + pixel]!;
    target[3 * pixel + 2] = planes[2 * planeBytes + pixel]!;
  }
}
