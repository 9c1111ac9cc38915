import { type BatchRequest, epochOrder, openViewLoader, type ViewSpec, viewDtype } from '../../data/index.ts';
import type { TrainingData } from '../../nn/index.ts';
import { StageError } from '../../problem/errors.ts';
import type { Split } from '../files/dataset-file.ts';

/** What a loader of training views is made of. */
export interface TrainingLoaderOptions {
  readonly split: Split;
  /** The first so many images are trained on. */
  readonly images: number;
  /** Labels are used of the first so many images only. */
  readonly labelledImages: number;
  readonly spec: ViewSpec;
  readonly kind: 'clean' | 'noisy';
  readonly seed: number;
  readonly batchSize: number;
  /** Leaves out the images of an epoch that fill no whole batch. */
  readonly dropLastBatch?: boolean | undefined;
  /** Shuffles through a buffer of so many images; absent: through all. */
  readonly shuffleBuffer?: number | undefined;
  /** Threads that make views. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** The teacher's logits for the images at these places of an epoch, [places, classes]. */
  readonly teacherLogits?: (epoch: number, places: { first: number; indices: Uint32Array }) => Promise<Float32Array>;
}

/** Batches of training views in an order of each epoch's own, made ahead by threads; to be closed. */
export function openTrainingLoader(options: TrainingLoaderOptions): TrainingData & { close(): Promise<void> } {
  const { split, images, labelledImages, spec, kind, seed, batchSize, teacherLogits } = options;
  const places = options.dropLastBatch ? images - (images % batchSize) : images;
  if (places === 0) throw noBatch(images, batchSize);
  const loader = openViewLoader({ ...options, images: split.images, labels: split.labels, kinds: [kind] });
  return {
    images: places,
    batchSize,
    pixels: viewDtype(spec, kind),
    async *batches(epoch, first) {
      const order = epochOrder(seed, epoch, images, options.shuffleBuffer).subarray(0, places);
      let place = first * batchSize;
      for await (const { indices, views, labels } of loader.batches(requests(order, epoch, place, batchSize))) {
        const pixels = views[kind];
        if (!pixels) throw new RangeError(`the loader makes no ${kind} views`);
        yield {
          images: pixels,
          labels: labels.map((label, at) => ((indices[at] as number) < labelledImages ? label : -1)),
          size: indices.length,
          ...(teacherLogits && { teacherLogits: await teacherLogits(epoch, { first: place, indices }) }),
        };
        place += indices.length;
      }
    },
    close: () => loader.close(),
  };
}

function noBatch(images: number, batchSize: number): StageError {
  return new StageError(`${images} images make no batch of ${batchSize}, and dropLastBatch leaves out smaller ones`, {
    hint: 'lower batchSize, or load more training images',
  });
}

function* requests(order: Uint32Array, epoch: number, first: number, batchSize: number): Generator<BatchRequest> {
  for (let place = first; place < order.length; place += batchSize) {
    yield { epoch, indices: order.subarray(place, place + batchSize) };
  }
}
