import { openViewLoader, viewDtype } from '../../data/index.ts';
import type { EvaluationData } from '../../nn/index.ts';
import type { Split } from '../files/dataset-file.ts';
import { wholeSpec } from './view-spec.ts';

/** The input of a loader of whole images. */
export interface EvaluationLoaderOptions {
  readonly split: Split;
  /** The images from this index on, in their order. */
  readonly first?: number;
  /** Side of the network's input, in pixels. */
  readonly imageSize: number;
  readonly batchSize: number;
  /** Threads that resize images while the network processes others; none if there is nothing to resize, or only one batch. */
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** Batches of whole images, resized to the network's input; the caller must close it. */
export function openEvaluationLoader(options: EvaluationLoaderOptions): EvaluationData & { close(): Promise<void> } {
  const { split, first = 0, imageSize, batchSize } = options;
  const spec = wholeSpec(imageSize);
  const pixels = viewDtype(spec, 'whole');
  const count = split.labels.length - first;
  const loader = openViewLoader({
    ...options,
    images: split.images,
    labels: split.labels,
    // Whole views are not random.
    seed: 0,
    spec,
    kinds: ['whole'],
    workers: pixels === 'uint8' || count <= batchSize ? 0 : options.workers,
  });
  return {
    batchSize,
    pixels,
    async *batches() {
      const requests = Array.from({ length: Math.ceil(count / batchSize) }, (_, batch) => ({
        epoch: 0,
        indices: range(first + batch * batchSize, Math.min(batchSize, count - batch * batchSize)),
      }));
      for await (const { views, labels } of loader.batches(requests)) {
        if (views.whole) yield { images: views.whole, labels, size: labels.length };
      }
    },
    close: () => loader.close(),
  };
}

function range(first: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => first + index);
}
