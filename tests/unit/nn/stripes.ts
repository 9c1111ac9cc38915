import type { Batch, EvaluationData, Network, TrainingData } from '../../../src/nn/index.ts';
import { resnet } from '../../../src/nn/index.ts';
import { lcg } from '../../support/reference.ts';

/** Side of the images. */
const side = 8;
const classes = 3;

/** A network small enough to train in a second. */
export const tiny: Network = resnet({ imageSize: side, classes, channels: [4, 8] });

/** Noisy images of a class each: 0 stripes across, 1 stripes down, 2 none. The same `first` and `count` give the same images. */
export function stripes(first: number, count: number): Batch {
  const images = new Uint8Array(count * side * side * 3);
  const labels = new Int32Array(count);
  for (let image = 0; image < count; image += 1) {
    const noise = lcg(first + image + 1);
    const label = (first + image) % classes;
    labels[image] = label;
    for (let pixel = 0; pixel < side * side; pixel += 1) {
      const line = label === 0 ? Math.floor(pixel / side) : pixel % side;
      const bright = label < 2 && line % 2 === 0;
      for (let c = 0; c < 3; c += 1) {
        images[(image * side * side + pixel) * 3 + c] = 60 + (bright ? 90 : 0) + 60 * noise.uniform();
      }
    }
  }
  return { images, labels, size: count };
}

/** Training data whose last batch is smaller, with other images in every epoch. */
export function stripeData(
  images: number,
  batchSize: number,
  extra: (batch: Batch) => Partial<Batch> = () => ({}),
): TrainingData {
  return {
    images,
    batchSize,
    pixels: 'uint8',
    async *batches(epoch, first) {
      for (let at = first * batchSize; at < images; at += batchSize) {
        const batch = stripes(1000 * epoch + at, Math.min(batchSize, images - at));
        yield { ...batch, ...extra(batch) };
      }
    },
  };
}

/** Held-out images, the last batch smaller than the others. */
export const heldOut: EvaluationData = {
  batchSize: 8,
  pixels: 'uint8',
  async *batches() {
    yield stripes(500_000, 8);
    yield stripes(500_008, 5);
  },
};
