import { parentPort, Worker, workerData } from 'node:worker_threads';
import { type BundledProgram, bundleUrl } from '../../bundle/bundle.ts';

/** Work whose jobs can be done in any thread. Each job in progress has a slot: memory that threads share. */
export interface Work<Data, Job> {
  /** The program of its threads: it calls `serve`. */
  readonly program: BundledProgram;
  /** What its threads make, for errors: a plural. */
  readonly makes: string;
  /** Called once in each thread. @param data plain values and shared memory. @returns the function that does one job. */
  prepare(data: Data): (slot: number, job: Job) => void;
}

/** Does jobs, each in the memory of a slot. */
export interface Doer<Job> {
  /** Resolves once the job is done; a slot has one job at a time. */
  perform(slot: number, job: Job): Promise<void>;
  /** Rejects all running and later jobs. */
  fail(reason: unknown): void;
  close(): Promise<void>;
}

interface Message<Job> {
  readonly slot: number;
  readonly job: Job;
}

/** Does each job on the caller's thread, on demand. */
export function inlineDoer<Data, Job>(work: Work<Data, Job>, data: Data): Doer<Job> {
  const run = work.prepare(data);
  let failure: { readonly reason: unknown } | undefined;
  return {
    async perform(slot, job) {
      if (failure) throw failure.reason;
      run(slot, job);
    },
    fail(reason) {
      failure ??= { reason };
    },
    async close() {},
  };
}

/** Does jobs in threads, one per thread at a time, in turn. */
export function threadDoer<Data, Job>({ program, makes }: Work<Data, Job>, data: Data, threads: number): Doer<Job> {
  const waiting = new Map<number, { resolve: () => void; reject: (reason: unknown) => void }>();
  let failure: { readonly reason: unknown } | undefined;
  let turn = 0;

  function fail(reason: unknown): void {
    failure ??= { reason };
    for (const { reject } of waiting.values()) reject(failure.reason);
    waiting.clear();
  }

  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(bundleUrl(program), { workerData: data });
    worker.on('message', (slot: number) => {
      waiting.get(slot)?.resolve();
      waiting.delete(slot);
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a thread that makes ${makes} ended with code ${code}`)));
    return worker;
  });

  return {
    perform(slot, job) {
      const done = new Promise<void>((resolve, reject) => {
        if (failure) reject(failure.reason);
        else waiting.set(slot, { resolve, reject });
      });
      const message: Message<Job> = { slot, job };
      workers[turn++ % threads]!.postMessage(message);
      return done;
    },
    fail,
    async close() {
      fail(new Error(`the threads that make ${makes} are closed`));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Does the jobs that this thread is sent; the answer to each is the number of its slot. */
export function serve<Data, Job>({ prepare }: Work<Data, Job>): void {
  if (!parentPort) return;
  const port = parentPort;
  const run = prepare(workerData as Data);
  port.on('message', ({ slot, job }: Message<Job>) => {
    run(slot, job);
    port.postMessage(slot);
  });
}
