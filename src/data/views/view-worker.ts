import { parentPort, workerData } from 'node:worker_threads';
import { type BatchRequest, prepareBatches, type ViewArrays, type ViewSource } from './batch.ts';

/** The input of a view thread. */
export interface ViewWorkerData {
  readonly source: ViewSource;
  /** Shared memory, one set for each batch that can be in progress. */
  readonly slots: readonly ViewArrays[];
}

/** A batch to make; the answer is the number of its slot. */
export interface ViewJob extends BatchRequest {
  readonly slot: number;
}

if (parentPort) {
  const port = parentPort;
  const { source, slots } = workerData as ViewWorkerData;
  const writeBatch = prepareBatches(source);
  port.on('message', (job: ViewJob) => {
    writeBatch(job, slots[job.slot]!);
    port.postMessage(job.slot);
  });
}
