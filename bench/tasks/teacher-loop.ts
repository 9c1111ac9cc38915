import { randomFillSync } from 'node:crypto';
import { imageBytes } from '../../src/data/index.ts';
import { drawInitialWeights, resnet50v2 } from '../../src/nn/index.ts';
import { TrainingRun } from '../../src/nn/training/run.ts';
import { openTrainingLoader } from '../../src/stages/loaders/training-loader.ts';
import type { Task, TaskContext } from '../task.ts';
import { fullRecipe } from './noisy-views.ts';
import { batchSize } from './random-batch.ts';
import { noBatches, plainTraining } from './steps.ts';

const batchesOfAnEpoch = 40;

/** Steps of the teacher at full size on views that threads make meanwhile, as in the recipe. */
export async function teacherLoop({ backend, threads, environment }: TaskContext): Promise<Task> {
  const size = batchSize(environment);
  const images = size * batchesOfAnEpoch;
  const pixels = new Uint8Array(new SharedArrayBuffer(images * imageBytes));
  randomFillSync(pixels);
  const network = resnet50v2({ imageSize: fullRecipe.crop, classes: 10 });
  const data = openTrainingLoader({
    split: { images: pixels, labels: Uint8Array.from({ length: images }, (_, index) => index % 10) },
    images,
    labelledImages: images,
    spec: fullRecipe,
    kinds: ['clean'],
    seed: 0,
    batchSize: size,
    workers: Math.max(1, threads - 1),
    signal: new AbortController().signal,
  });
  const run = new TrainingRun(plainTraining(network), {
    backend: await backend(),
    initial: drawInitialWeights(network, 0),
    data,
    refresh: undefined,
    validation: { batchSize: size, pixels: 'float32', batches: noBatches },
  });
  const batches = endless(data);
  return {
    imagesPerStep: size,
    async step() {
      const { value } = await batches.next();
      if (value) run.step(value);
    },
  };
}

async function* endless(data: Pick<ReturnType<typeof openTrainingLoader>, 'batches'>) {
  for (let epoch = 0; ; epoch += 1) yield* data.batches(epoch, 0);
}
