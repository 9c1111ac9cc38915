import { openOrderedWork } from '../threads/in-order.ts';
import type { Work } from '../threads/work.ts';
import type { CorruptionName, Severity } from './catalogue.ts';
import { corrupt } from './corrupt.ts';
import { channels, side } from './corruption.ts';
import type { FrostTextures } from './frost-textures.ts';
import { corruptionDraws } from './random-source.ts';

/** A batch to make: consecutive images with one corruption at one severity. */
export interface CorruptionJob {
  readonly name: CorruptionName;
  readonly severity: Severity;
  /** Index of the first image. */
  readonly first: number;
  readonly count: number;
}

/** Images, and what corrupts them. */
interface CorruptionSource {
  /** [images, 32, 32, 3] bytes, in shared memory. */
  readonly images: Uint8Array;
  readonly seed: number;
  readonly textures: FrostTextures;
}

/** The source of corrupted images, and how they are made. */
export interface CorruptionOptions extends CorruptionSource {
  /** The maximum number of images in a batch. */
  readonly batchSize: number;
  /** Threads that make them; 0 makes them on the caller's thread. The bytes are the same. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** A corrupted batch. Its images are valid until the next batch is requested. */
interface CorruptedBatch {
  readonly job: CorruptionJob;
  /** [count, 32, 32, 3] bytes. */
  readonly images: Uint8Array;
}

/** Corrupts images in advance, a few batches in memory at a time. */
export interface Corruptions {
  /** Returns the corrupted batches in the order of the jobs. @throws signal.reason when aborted; the error of a thread. */
  batches(jobs: Iterable<CorruptionJob>): AsyncGenerator<CorruptedBatch, void, void>;
  /** Ends the threads. */
  close(): Promise<void>;
}

const imageLength = side * side * channels;

/** Corrupts batches of images, each in the memory of its slot. */
export const corruptionWork: Work<
  { readonly source: CorruptionSource; readonly slots: readonly Uint8Array[] },
  CorruptionJob
> = {
  program: 'corruption-worker',
  makes: 'corrupted images',
  prepare({ source: { images, seed, textures }, slots }) {
    return (slot, { name, severity, first, count }) => {
      const draws = corruptionDraws(seed, name, severity);
      for (let place = 0; place < count; place += 1) {
        const start = (first + place) * imageLength;
        const image = images.subarray(start, start + imageLength);
        slots[slot]!.set(corrupt(name, severity, image, draws(first + place), textures), place * imageLength);
      }
    };
  },
};

/** Prepares corruptions of images; the caller must close it. */
export function openCorruptions(options: CorruptionOptions): Corruptions {
  const { images, seed, textures, batchSize, threads, signal } = options;
  // Each thread has its next job waiting while the caller writes a batch.
  const count = threads === 0 ? 1 : 2 * threads + 1;
  const slots = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(batchSize * imageLength)));
  const data = { source: { images, seed, textures }, slots };
  const work = openOrderedWork(corruptionWork, { data, slots: count, threads, signal });
  return {
    async *batches(jobs) {
      for await (const { job, slot } of work.results(jobs)) {
        yield { job, images: slots[slot]!.subarray(0, job.count * imageLength) };
      }
    },
    close: () => work.close(),
  };
}
