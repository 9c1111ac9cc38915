import { type Cifar10, imageBytes, type LabelledImages, type SplitCounts } from '../cifar10/dataset.ts';
import { drawImage, syntheticClasses } from './draw.ts';

/** The version of the images that `syntheticDataset` draws; raised when they change. */
export const syntheticVersion = 2;

/** Procedurally drawn images of ten classes in CIFAR-10's format: for a first look and for tests, never for a result. */
export function syntheticDataset(seed: number, counts: SplitCounts): Cifar10 {
  return { train: draw(seed, 'train', counts.train), test: draw(seed, 'test', counts.test) };
}

function draw(seed: number, split: 'train' | 'test', count: number): LabelledImages {
  const images = new Uint8Array(count * imageBytes);
  // Classes alternate, so that any first part of the images is balanced.
  const labels = Uint8Array.from({ length: count }, (_, index) => index % syntheticClasses);
  for (const [index, label] of labels.entries()) images.set(drawImage(seed, split, index, label), index * imageBytes);
  return { images, labels };
}
