import { describe, expect, test } from 'vitest';
import { openTrainingLoader, type TrainingLoaderOptions } from '../../../../src/stages/loaders/training-loader.ts';

const images = 50;
const split = {
  images: new Uint8Array(images * 32 * 32 * 3),
  labels: Uint8Array.from({ length: images }, (_, index) => index),
};

/** The labels, which are the images' numbers, of an epoch's batches. */
async function batchesOf(options: Partial<TrainingLoaderOptions>, epoch = 0, first = 0): Promise<number[][]> {
  const loader = openTrainingLoader({
    split,
    images,
    labelledImages: images,
    spec: { imageSize: 32, padding: 0, resize: 32, crop: 32, geometry: 'shared' },
    kinds: ['clean'],
    seed: 1,
    batchSize: 16,
    workers: 0,
    signal: new AbortController().signal,
    ...options,
  });
  const batches: number[][] = [];
  for await (const { labels } of loader.batches(epoch, first)) batches.push([...labels]);
  await loader.close();
  return batches;
}

describe('a training loader', () => {
  test('visits every image once, the last batch smaller', async () => {
    const batches = await batchesOf({});
    expect(batches.map((batch) => batch.length)).toEqual([16, 16, 16, 2]);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([...split.labels]);
  });

  test('drops the images that fill no batch, others in each epoch, and says how many are left', async () => {
    const [whole, one, two] = [
      await batchesOf({}),
      ...(await Promise.all([0, 1].map((epoch) => batchesOf({ dropLastBatch: true }, epoch)))),
    ];
    expect(one).toEqual(whole.slice(0, 3));
    const left = (batches: readonly number[][]) => [...split.labels].filter((label) => !batches.flat().includes(label));
    expect(left(two!)).toHaveLength(2);
    expect(left(two!)).not.toEqual(left(one!));
    expect(await batchesOf({ dropLastBatch: true, batchSize: 50 })).toHaveLength(1);
  });

  test('takes no image more than a buffer before its turn, and continues in the same order', async () => {
    const batches = await batchesOf({ shuffleBuffer: 4 });
    for (const [place, image] of batches.flat().entries()) expect(image).toBeLessThanOrEqual(place + 3);
    expect(batches.flat()).not.toEqual([...split.labels]);
    expect(await batchesOf({ shuffleBuffer: 4 }, 0, 2)).toEqual(batches.slice(2));
  });

  test('refuses to leave every image out', () => {
    return expect(batchesOf({ dropLastBatch: true, batchSize: 51 })).rejects.toThrow(
      '50 images do not fill a batch of 51',
    );
  });
});
