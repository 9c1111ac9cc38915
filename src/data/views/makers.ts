import { Worker } from 'node:worker_threads';
import { bundleUrl } from '../../bundle/bundle.ts';
import { type BatchRequest, prepareBatches, type ViewArrays, type ViewSource } from './batch.ts';
import type { ViewJob, ViewWorkerData } from './view-worker.ts';

/** Makes batches, each in the memory of a slot. */
export interface Maker {
  /** Resolves once the slot contains the batch; a slot contains one batch at a time. */
  make(slot: number, request: BatchRequest): Promise<void>;
  /** Rejects all running and later requests. */
  fail(reason: unknown): void;
  close(): Promise<void>;
}

/** Makes each batch on the caller's thread, on demand. */
export function inlineMaker(source: ViewSource, slots: readonly ViewArrays[]): Maker {
  const writeBatch = prepareBatches(source);
  let failure: { readonly reason: unknown } | undefined;
  return {
    async make(slot, request) {
      if (failure) throw failure.reason;
      writeBatch(request, slots[slot]!);
    },
    fail(reason) {
      failure ??= { reason };
    },
    async close() {},
  };
}

/** Makes batches in threads, one batch per thread at a time, in turn. */
export function threadMaker(source: ViewSource, slots: readonly ViewArrays[], threads: number): Maker {
  const shared: ViewWorkerData = { source: { ...source, images: inSharedMemory(source.images) }, slots };
  const waiting = new Map<number, { resolve: () => void; reject: (reason: unknown) => void }>();
  let failure: { readonly reason: unknown } | undefined;
  let turn = 0;

  function fail(reason: unknown): void {
    failure ??= { reason };
    for (const { reject } of waiting.values()) reject(failure.reason);
    waiting.clear();
  }

  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(bundleUrl('view-worker'), { workerData: shared });
    worker.on('message', (slot: number) => {
      waiting.get(slot)?.resolve();
      waiting.delete(slot);
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a thread that makes views ended with code ${code}`)));
    return worker;
  });

  return {
    make(slot, request) {
      const done = new Promise<void>((resolve, reject) => {
        if (failure) reject(failure.reason);
        else waiting.set(slot, { resolve, reject });
      });
      const job: ViewJob = { slot, epoch: request.epoch, indices: request.indices };
      workers[turn++ % threads]!.postMessage(job);
      return done;
    },
    fail,
    async close() {
      fail(new Error('the view loader is closed'));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function inSharedMemory(images: Uint8Array): Uint8Array {
  if (images.buffer instanceof SharedArrayBuffer) return images;
  const shared = new Uint8Array(new SharedArrayBuffer(images.length));
  shared.set(images);
  return shared;
}
