import { imageSide, openViewLoader, syntheticDataset, type ViewSpec } from '../../src/data/index.ts';
import type { Task, TaskContext } from '../task.ts';

const batchSize = 128;
const batchesAhead = 2;

/** The noisy views of the full recipe: RandAugment with two layers of magnitude 9 on crops of 72 pixels. */
export const fullRecipe: ViewSpec = {
  imageSize: imageSide,
  padding: 0,
  resize: 96,
  crop: 72,
  geometry: 'shared',
  randAugment: { layers: 2, magnitude: 9, translate: 100, cutout: 40, fill: 'reflect', contrast: 'legacy' },
};

/** A batch of noisy views from a loader that may use all threads. */
export async function noisyViews({ threads }: TaskContext): Promise<Task> {
  const { train } = syntheticDataset(0, { train: 2048, test: 0 });
  const loader = openViewLoader({
    ...train,
    seed: 0,
    spec: fullRecipe,
    kinds: ['noisy'],
    batchSize,
    workers: threads,
    ahead: threads + batchesAhead,
  });
  const batches = loader.batches(endlessRequests(train.labels.length));
  const step = async () => {
    await batches.next();
  };
  return {
    imagesPerStep: batchSize,
    async drain() {
      for (let batch = 0; batch < threads + batchesAhead + 1; batch += 1) await step();
    },
    step,
  };
}

function* endlessRequests(images: number) {
  for (let epoch = 0; ; epoch += 1) {
    for (let first = 0; first + batchSize <= images; first += batchSize) {
      yield { epoch, indices: Uint32Array.from({ length: batchSize }, (_, place) => first + place) };
    }
  }
}
