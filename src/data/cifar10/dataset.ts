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

/** Copies an image from three planes (red, green, blue), as the files have it, to pixels. @param target [32, 32, 3]. */
export function planesToPixels(planes: Uint8Array, target: Uint8Array): void {
  for (let pixel = 0; pixel < planeBytes; pixel++) {
    target[3 * pixel] = planes[pixel]!;
    target[3 * pixel + 1] = planes[planeBytes + pixel]!;
    target[3 * pixel + 2] = planes[2 * planeBytes + pixel]!;
  }
}
