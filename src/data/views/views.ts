import { randAugment } from '../randaugment/rand-augment.ts';
import { Stream } from '../random/stream.ts';
import { bilinearTaps, resizeWindow } from './resize.ts';
import { checkViewSpec, type ViewKind, type ViewSpec } from './view-spec.ts';

/** Makes views. It reuses its memory: one view at a time. */
export interface Views {
  /**
   * Writes a view of an image: a pure function of the seed, the spec, the epoch, the image's index and the kind.
   * @param image [size, size, 3] bytes. @param index the image's place in its data set. @param target [crop, crop, 3];
   * bytes for a view that has fractions truncates it.
   */
  write(image: Uint8Array, epoch: number, index: number, kind: ViewKind, target: Float32Array | Uint8Array): void;
}

/**
 * Prepares views. Training views: flip with probability 1/2, padding, bilinear resize, crop at a uniformly random place;
 * noisy ones are then truncated to bytes and augmented.
 * @throws RangeError where no view can be made as asked.
 */
export function prepareViews(seed: number, spec: ViewSpec): Views {
  checkViewSpec(spec);
  const { imageSize, padding, resize, crop } = spec;
  const padded = imageSize + 2 * padding;
  const columns = paddedIndex(spec);
  const canvas = new Uint8Array(padded * padded * 3);
  const rows = new Float32Array(Math.max(padded, imageSize) * crop * 3);
  const trainingTaps = bilinearTaps(padded, resize);
  const wholeTaps = bilinearTaps(imageSize, crop);
  const augment = spec.randAugment && randAugment(spec.randAugment, crop);
  const noisyBytes = new Uint8Array(crop * crop * 3);
  const cleanGeometry = new Stream(seed, 'view geometry');
  const noisyGeometry = spec.geometry === 'shared' ? cleanGeometry : new Stream(seed, 'view geometry, noisy');
  const noise = new Stream(seed, 'view noise');

  /** Copies an image into the canvas, mirrored or not; the padding around it follows `columns`. */
  function lay(image: Uint8Array, flipped: boolean): void {
    for (let y = 0, to = 0; y < padded; y++) {
      const row = columns[y]!;
      for (let x = 0; x < padded; x++, to += 3) {
        const column = columns[flipped ? padded - 1 - x : x]!;
        const from = row < 0 || column < 0 ? -1 : (row * imageSize + column) * 3;
        canvas[to] = from < 0 ? 0 : image[from]!;
        canvas[to + 1] = from < 0 ? 0 : image[from + 1]!;
        canvas[to + 2] = from < 0 ? 0 : image[from + 2]!;
      }
    }
  }

  function crops(image: Uint8Array, geometry: Stream, target: Float32Array | Uint8Array): void {
    lay(image, geometry.coin());
    const top = geometry.integer(resize - crop + 1);
    const left = geometry.integer(resize - crop + 1);
    if (resize === padded) copyWindow(canvas, padded, top, left, crop, target);
    else resizeWindow(canvas, padded, trainingTaps, { top, left, side: crop }, rows, target);
  }

  return {
    write(image, epoch, index, kind, target) {
      if (kind === 'whole') {
        if (crop === imageSize) target.set(image);
        else resizeWindow(image, imageSize, wholeTaps, { top: 0, left: 0, side: crop }, rows, target);
      } else if (kind === 'clean') {
        crops(image, cleanGeometry.at(epoch, index), target);
      } else {
        if (!augment) throw new RangeError('a noisy view needs a spec with randAugment');
        crops(image, noisyGeometry.at(epoch, index), noisyBytes);
        augment(noisyBytes, noise.at(epoch, index));
        target.set(noisyBytes);
      }
    },
  };
}

function copyWindow(
  image: Uint8Array,
  size: number,
  top: number,
  left: number,
  side: number,
  target: Float32Array | Uint8Array,
): void {
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * size + left) * 3;
    target.set(image.subarray(from, from + side * 3), y * side * 3);
  }
}

/** For each place along an axis of the padded image, its place in the image; -1 where there are zeros. */
function paddedIndex({ imageSize, padding, paddingMode }: ViewSpec): Int32Array {
  const last = imageSize - 1;
  return Int32Array.from({ length: imageSize + 2 * padding }, (_, place) => {
    const inside = place - padding;
    if (inside >= 0 && inside <= last) return inside;
    if (paddingMode !== 'reflect') return -1;
    return inside < 0 ? -inside : 2 * last - inside;
  });
}
