import { imageBytes, imageSide, openSafetensors, type Tensor, writeSafetensors } from '../../data/index.ts';
import { StageError } from '../../problem/errors.ts';

/** Images and their labels. */
export interface Split {
  /** [N, 32, 32, 3], in shared memory, so that threads that make views can read them. */
  readonly images: Uint8Array;
  /** [N], 0..9. */
  readonly labels: Uint8Array;
}

const colours = 3;

/** Writes train and test images as one artifact. @param source the source of the images, for people. */
export async function writeDataset(
  path: string,
  splits: { readonly train: Split; readonly test: Split },
  source: string,
): Promise<void> {
  const tensors = Object.entries(splits).flatMap(([name, { images, labels }]): [string, Tensor][] => [
    [`${name}_images`, { shape: [labels.length, imageSide, imageSide, colours], values: images }],
    [`${name}_labels`, { shape: [labels.length], values: labels }],
  ]);
  await writeSafetensors(path, new Map(tensors), { source });
}

/** Reads one split of a dataset, and its source. @throws StageError if it is not a dataset. */
export async function readSplit(path: string, split: 'train' | 'test'): Promise<Split & { readonly source: string }> {
  const file = await openSafetensors(path);
  try {
    const shape = file.tensors.get(`${split}_images`)?.shape;
    const [count = 0] = shape ?? [];
    if (!shape || count * imageBytes !== shape.reduce((product, extent) => product * extent, 1)) {
      throw new StageError(`${path} contains no ${split} images of ${imageSide}x${imageSide} pixels`, {
        hint: 'wire this input to the output `dataset` of a stage that uses cifar10',
      });
    }
    const images = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
    await file.read(`${split}_images`, 'U8', undefined, images);
    return { images, labels: await file.read(`${split}_labels`, 'U8'), source: file.metadata['source'] ?? 'unknown' };
  } finally {
    await file.close();
  }
}
