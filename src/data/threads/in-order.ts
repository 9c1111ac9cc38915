import { inlineDoer, threadDoer, type Work } from './work.ts';

/** How work is divided among threads. */
export interface WorkOptions<Data> {
  readonly data: Data;
  /** How many jobs can be in progress or in use, one more than are done in advance. */
  readonly slots: number;
  /** Threads that do it; 0: the caller's thread, on demand. */
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
}

/** Does jobs in advance and returns them in their order. */
export interface OrderedWork<Job> {
  /**
   * Returns each job with the slot that has its result, which stays valid until the next job is requested. Jobs are taken one after another,
   * a few ahead. One sequence at a time.
   * @throws signal.reason when aborted; the error of a thread.
   */
  results(jobs: Iterable<Job>): AsyncGenerator<{ readonly job: Job; readonly slot: number }, void, void>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Starts the threads of some work; the caller must close it. */
export function openOrderedWork<Data, Job>(work: Work<Data, Job>, options: WorkOptions<Data>): OrderedWork<Job> {
  const { data, slots, threads, signal } = options;
  const doer = threads === 0 ? inlineDoer(work, data) : threadDoer(work, data, threads);
  const onAbort = () => doer.fail(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let busy = false;

  async function* results(jobs: Iterable<Job>): AsyncGenerator<{ job: Job; slot: number }, void, void> {
    if (busy) throw new Error(`${work.makes} are made in one sequence at a time`);
    busy = true;
    const upcoming = jobs[Symbol.iterator]();
    const free = Array.from({ length: slots }, (_, slot) => slot);
    const underWay: { job: Job; slot: number; done: Promise<void> }[] = [];
    try {
      for (;;) {
        while (free.length > 0) {
          const next = upcoming.next();
          if (next.done) break;
          const slot = free.pop()!;
          const done = doer.perform(slot, next.value);
          done.catch(() => {}); // It is awaited below, when its turn comes.
          underWay.push({ job: next.value, slot, done });
        }
        const head = underWay.shift();
        if (!head) return;
        await head.done;
        yield { job: head.job, slot: head.slot };
        free.push(head.slot);
      }
    } finally {
      await Promise.allSettled(underWay.map(({ done }) => done));
      busy = false;
    }
  }

  return {
    results,
    async close() {
      signal?.removeEventListener('abort', onAbort);
      await doer.close();
    },
  };
}
