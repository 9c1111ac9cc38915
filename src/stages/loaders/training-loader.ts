import { type BatchRequest, epochOrder, openViewLoader, type ViewSpec, viewDtype } from '../../data/index.ts';
import type { TrainingData } from '../../nn/index.ts';
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
  /** Threads that make views. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** The teacher's logits for the images at these places of an epoch, [places, classes]. */
  readonly teacherLogits?: (epoch: number, places: { first: number; indices: Uint32Array }) => Promise<Float32Array>;
}

/** Batches of training views in an order of each epoch's own, made ahead by threads; to be closed. */
export function openTrainingLoader(options: TrainingLoaderOptions): TrainingData & { close(): Promise<void> } {
  const { split, images, labelledImages, spec, kind, seed, batchSize, teacherLogits } = options;
  const loader = openViewLoader({ ...options, images: split.images, labels: split.labels, kinds: [kind] });
  return {
    images,
    batchSize,
    pixels: viewDtype(spec, kind),
    async *batches(epoch, first) {
      const order = epochOrder(seed, epoch, images);
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

function* requests(order: Uint32Array, epoch: number, first: number, batchSize: number): Generator<BatchRequest> {
  for (let place = first; place < order.length; place += batchSize) {
    yield { epoch, indices: order.subarray(place, place + batchSize) };
  }
}
