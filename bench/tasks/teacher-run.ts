import { randomFillSync } from 'node:crypto';
import { imageBytes } from '../../src/data/index.ts';
import { drawInitialWeights, resnet50v2, train } from '../../src/nn/index.ts';
import { openEvaluationLoader } from '../../src/stages/loaders/evaluation-loader.ts';
import { openTrainingLoader } from '../../src/stages/loaders/training-loader.ts';
import type { Task, TaskContext } from '../task.ts';
import { fullRecipe } from './noisy-views.ts';
import { plainTraining } from './steps.ts';

const images = 50_000;
const validationImages = 128;
const stepsTaken = 10;

/** A short run of the teacher at full size with all of CIFAR-10 in memory: views, steps, validation. */
export function teacherRun(context: TaskContext): Promise<Task> {
  return runOf(32, context);
}

/** The same with the batches of the published recipe. */
export function teacherRun128(context: TaskContext): Promise<Task> {
  return runOf(128, context);
}

async function runOf(batchSize: number, { backend, threads }: TaskContext): Promise<Task> {
  const trainedOn = stepsTaken * batchSize;
  const pixels = new Uint8Array(new SharedArrayBuffer(images * imageBytes));
  for (let start = 0; start < pixels.length; start += imageBytes) {
    randomFillSync(pixels, start, imageBytes);
  }
  const split = { images: pixels, labels: Uint8Array.from({ length: images }, (_, index) => index % 10) };
  const network = resnet50v2({ imageSize: fullRecipe.crop, classes: 10 });
  const { signal } = new AbortController();
  return {
    imagesPerStep: trainedOn,
    async step() {
      const common = { split, batchSize, signal };
      const data = openTrainingLoader({
        ...common,
        images: trainedOn,
        labelledImages: trainedOn,
        spec: fullRecipe,
        kinds: ['clean'],
        seed: 0,
        workers: Math.max(1, threads - 1),
      });
      const first = images - validationImages;
      const validation = openEvaluationLoader({
        ...common,
        first,
        imageSize: network.imageSize,
        workers: Math.max(1, threads - 1),
      });
      const initial = drawInitialWeights(network, 0);
      await train(plainTraining(network), { backend: await backend(), initial, data, refresh: undefined, validation });
      await Promise.all([data.close(), validation.close()]);
    },
  };
}
