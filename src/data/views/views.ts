import { augMix } from '../augmix/aug-mix.ts';
import type { OperationName } from '../randaugment/operations.ts';
import { randAugment } from '../randaugment/rand-augment.ts';
import { Stream } from '../random/stream.ts';
import { bilinearTaps, type ImageWindow, resizeWindow } from './resize.ts';
import { checkViewSpec, type ViewKind, type ViewSpec } from './view-spec.ts';

/** Makes views. It reuses its memory: one view at a time. */
export interface Views {
  /**
   * Writes a view of an image: a pure function of the seed, the spec, the epoch, the image's index and the kind.
   * @param image [size, size, 3] bytes. @param index of the image in its data set. @param target [crop, crop, 3]; bytes for a view that has
   * fractions truncate it. @param onOperation called with the names of RandAugment's operations.
   */
  write(
    image: Uint8Array,
    epoch: number,
    index: number,
    kind: ViewKind,
    target: Float32Array | Uint8Array,
    onOperation?: (name: OperationName) => void,
  ): void;
}

/**
 * Prepares views. Training views: flip with probability 1/2, padding, bilinear resize, crop at a uniformly random position; noisy and mixed
 * ones are then truncated to bytes and augmented.
 * @throws RangeError if the views cannot be made.
 */
export function prepareViews(seed: number, spec: ViewSpec): Views {
  checkViewSpec(spec);
  const { imageSize, padding, resize, crop } = spec;
  const padded = imageSize + 2 * padding;
  const canvas = new Uint8Array(padded * padded * 3);
  const rows = new Float32Array(Math.max(padded, imageSize) * crop * 3);
  const places = paddedPlaces(spec);
  const trainingTaps = bilinearTaps(padded, resize);
  const wholeTaps = bilinearTaps(imageSize, crop);
  const augment = spec.randAugment && randAugment(spec.randAugment, crop);
  const mix = spec.augMix && augMix(spec.augMix, crop);
  const bytes = new Uint8Array(crop * crop * 3);
  const mixture = new Float32Array(mix ? bytes.length : 0);
  const cleanGeometry = new Stream(seed, 'view geometry');
  const noisyGeometry = spec.geometry === 'shared' ? cleanGeometry : new Stream(seed, 'view geometry, noisy');
  const noise = new Stream(seed, 'view noise');
  const mixing = { 'mixed-1': new Stream(seed, 'view mix 1'), 'mixed-2': new Stream(seed, 'view mix 2') };

  function writeCrop(image: Uint8Array, geometry: Stream, target: Float32Array | Uint8Array): void {
    const flipped = geometry.coin();
    const top = geometry.integer(resize - crop + 1);
    const left = geometry.integer(resize - crop + 1);
    if (resize === padded) {
      copyWindow(image, imageSize, places, { top, left, side: crop }, flipped, bytes);
      if (target !== bytes) target.set(bytes);
    } else {
      copyWindow(image, imageSize, places, { top: 0, left: 0, side: padded }, flipped, canvas);
      resizeWindow(canvas, padded, trainingTaps, { top, left, side: crop }, rows, target);
    }
  }

  return {
    write(image, epoch, index, kind, target, onOperation) {
      if (kind === 'whole') {
        if (crop === imageSize) target.set(image);
        else resizeWindow(image, imageSize, wholeTaps, { top: 0, left: 0, side: crop }, rows, target);
      } else if (kind === 'clean') {
        writeCrop(image, cleanGeometry.at(epoch, index), target);
      } else if (kind === 'mixed-1' || kind === 'mixed-2') {
        if (!mix) throw new RangeError('a mixed view needs a spec with augMix');
        writeCrop(image, cleanGeometry.at(epoch, index), bytes);
        mix(bytes, mixing[kind].at(epoch, index), mixture);
        target.set(mixture);
      } else {
        if (!augment) throw new RangeError('a noisy view needs a spec with randAugment');
        writeCrop(image, noisyGeometry.at(epoch, index), bytes);
        augment(bytes, noise.at(epoch, index), onOperation);
        target.set(bytes);
      }
    },
  };
}

/** For each position along an axis of the padded image, its position in the image; -1 for zeros. */
function paddedPlaces({ imageSize, padding, paddingMode }: ViewSpec): Int32Array {
  const last = imageSize - 1;
  return Int32Array.from({ length: imageSize + 2 * padding }, (_, place) => {
    const inside = place - padding;
    if (inside >= 0 && inside <= last) return inside;
    if (paddingMode !== 'reflect') return -1;
    return inside < 0 ? -inside : 2 * last - inside;
  });
}

/** Copies a window of the padded image, optionally mirrored along x. @param target [side, side, 3], written. */
function copyWindow(
  image: Uint8Array,
  imageSize: number,
  places: Int32Array,
  { top, left, side }: ImageWindow,
  flipped: boolean,
  target: Uint8Array,
): void {
  const first = flipped ? places.length - 1 - left : left;
  const step = flipped ? -1 : 1;
  let to = 0;
  for (let y = top; y < top + side; y++) {
    const row = places[y]!;
    for (let x = 0, place = first; x < side; x++, place += step, to += 3) {
      const column = places[place]!;
      if (row < 0 || column < 0) {
        target[to] = 0;
        target[to + 1] = 0;
        target[to + 2] = 0;
      } else {
        const from = (row * imageSize + column) * 3;
        target[to] = image[from]!;
        target[to + 1] = image[from + 1]!;
        target[to + 2] = image[from + 2]!;
      }
    }
  }
}
