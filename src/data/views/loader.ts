import { availableParallelism } from 'node:os';
import { openOrderedWork } from '../threads/in-order.ts';
import { allocateViews, type BatchRequest, type ViewArrays, type ViewSource, viewWork } from './batch.ts';
import { checkViewSpec } from './view-spec.ts';

/** The input and settings of a loader. */
export interface ViewLoaderOptions extends ViewSource {
  /** [images] bytes, one class number per image. */
  readonly labels: Uint8Array;
  /** The maximum number of images in a batch. */
  readonly batchSize: number;
  /**
   * Threads that make views; 0 makes them on the caller's thread (default: one less than the number of cores, at most 8). The views are the
   * same.
   */
  readonly workers?: number;
  /** Batches made in advance. */
  readonly ahead?: number;
  readonly signal?: AbortSignal;
}

/** A batch of views. Its arrays are reused: they are valid until the next batch is requested. */
interface ViewBatch extends BatchRequest {
  readonly views: ViewArrays;
  /** [images], in the order of the indices. */
  readonly labels: Int32Array;
}

/** Makes batches of views in advance. */
export interface ViewLoader {
  /**
   * Returns the requested batches, in that order; requests are taken one after another, a few ahead. One sequence at a time.
   * @throws signal.reason when aborted; the error of a thread.
   */
  batches(requests: Iterable<BatchRequest>): AsyncGenerator<ViewBatch, void, void>;
  /** Ends the threads. */
  close(): Promise<void>;
}

const mostWorkers = 8;

/** Opens a loader of views; the caller must close it. @throws RangeError if the views cannot be made. */
export function openViewLoader(options: ViewLoaderOptions): ViewLoader {
  const { images, seed, spec, kinds, labels, batchSize, signal } = options;
  checkViewSpec(spec);
  const workers = options.workers ?? Math.max(1, Math.min(mostWorkers, availableParallelism() - 1));
  const ahead = workers === 0 ? 0 : (options.ahead ?? workers + 1);
  const source: ViewSource = { images: workers === 0 ? images : inSharedMemory(images), seed, spec, kinds };
  const slots = Array.from({ length: ahead + 1 }, () => allocateViews(source, batchSize));
  const work = openOrderedWork(viewWork, { data: { source, slots }, slots: slots.length, threads: workers, signal });

  function* fitting(requests: Iterable<BatchRequest>): Generator<BatchRequest> {
    for (const request of requests) {
      if (request.indices.length > batchSize) throw new RangeError(`a batch has at most ${batchSize} images`);
      yield request;
    }
  }

  function toBatch(request: BatchRequest, arrays: ViewArrays): ViewBatch {
    const length = request.indices.length * spec.crop * spec.crop * 3;
    const views = Object.fromEntries(kinds.map((kind) => [kind, arrays[kind]!.subarray(0, length)]));
    return { ...request, views, labels: Int32Array.from(request.indices, (index) => labels[index]!) };
  }

  return {
    async *batches(requests) {
      for await (const { job, slot } of work.results(fitting(requests))) yield toBatch(job, slots[slot]!);
    },
    close: () => work.close(),
  };
}

function inSharedMemory(images: Uint8Array): Uint8Array {
  if (images.buffer instanceof SharedArrayBuffer) return images;
  const shared = new Uint8Array(new SharedArrayBuffer(images.length));
  shared.set(images);
  return shared;
}
