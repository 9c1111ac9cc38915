import {
  type BatchRequest,
  epochOrder,
  openViewLoader,
  type ViewKind,
  type ViewSpec,
  viewDtype,
} from '../../data/index.ts';
import type { TrainingData } from '../../nn/index.ts';
import { StageError } from '../../problem/errors.ts';
import type { Split } from '../files/dataset-file.ts';

/** The input of a loader of training views. */
export interface TrainingLoaderOptions {
  readonly split: Split;
  /** Number of images to train on, from the first. */
  readonly images: number;
  /** Number of images, from the first, whose labels are used. */
  readonly labelledImages: number;
  readonly spec: ViewSpec;
  /** The views of each image, one batch after the other: one, or several to compare. */
  readonly kinds: readonly ViewKind[];
  readonly seed: number;
  readonly batchSize: number;
  /** Drops the images of an epoch that do not fill a batch. */
  readonly dropLastBatch?: boolean | undefined;
  /** Shuffles through a buffer of this many images; absent: through all. */
  readonly shuffleBuffer?: number | undefined;
  /** Threads that make views. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** The teacher's logits for the images at these positions of an epoch, [positions, classes]. */
  readonly teacherLogits?: (epoch: number, places: { first: number; indices: Uint32Array }) => Promise<Float32Array>;
}

/** Batches of training views in an order that differs in each epoch, prepared by threads; the caller must close it. */
export function openTrainingLoader(options: TrainingLoaderOptions): TrainingData & { close(): Promise<void> } {
  const { split, images, labelledImages, spec, kinds, seed, batchSize, teacherLogits } = options;
  const places = options.dropLastBatch ? images - (images % batchSize) : images;
  if (places === 0) throw noBatch(images, batchSize);
  const loader = openViewLoader({ ...options, images: split.images, labels: split.labels });
  return {
    images: places,
    batchSize,
    pixels: kinds.every((kind) => viewDtype(spec, kind) === 'uint8') ? 'uint8' : 'float32',
    views: kinds.length,
    async *batches(epoch, first) {
      const order = epochOrder(seed, epoch, images, options.shuffleBuffer).subarray(0, places);
      let place = first * batchSize;
      for await (const { indices, views, labels } of loader.batches(requests(order, epoch, place, batchSize))) {
        yield {
          images: joined(kinds.map((kind) => views[kind]!)),
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

/** Views one after the other; a single one unchanged. */
function joined(views: readonly (Float32Array | Uint8Array)[]): Float32Array | Uint8Array {
  const [first] = views;
  if (first && views.length === 1) return first;
  const all = new Float32Array(views.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const view of views) {
    all.set(view, at);
    at += view.length;
  }
  return all;
}

function noBatch(images: number, batchSize: number): StageError {
  return new StageError(
    `${images} images do not fill a batch of ${batchSize}, and dropLastBatch drops smaller batches`,
    {
      hint: 'lower batchSize, or load more training images',
    },
  );
}

function* requests(order: Uint32Array, epoch: number, first: number, batchSize: number): Generator<BatchRequest> {
  for (let place = first; place < order.length; place += batchSize) {
    yield { epoch, indices: order.subarray(place, place + batchSize) };
  }
}
