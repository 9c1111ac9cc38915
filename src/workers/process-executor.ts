import type { Execution, Executor, StageJob, StageListener } from '../engine/run/executor.ts';
import { type StageWorker, startWorker } from './stage-process.ts';

/** How worker processes are started. */
export interface ProcessExecutorOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the run was started, against which stages resolve paths. */
  readonly directory: string;
  /** Device ids for the places of the `gpu` lane, in order; empty where there is no GPU to choose. */
  readonly gpuDevices: readonly string[];
  /** Where strace writes which files the first process opens: for one stage; by default nothing watches. */
  readonly traceFile?: string;
}

/**
 * Runs each stage in a worker process, one process per place of a lane, kept for the next stage:
 * loading TensorFlow costs most of a second.
 */
export function processExecutor(options: ProcessExecutorOptions): Executor {
  const idle = new Map<string, StageWorker[]>();
  const workers = new Set<StageWorker>();

  function environmentOf(job: StageJob): Readonly<Record<string, string | undefined>> {
    const device = job.lane === 'gpu' ? options.gpuDevices[job.place] : undefined;
    return device === undefined ? options.environment : { ...options.environment, CUDA_VISIBLE_DEVICES: device };
  }

  return {
    async execute(job: StageJob, listener: StageListener, signal: AbortSignal): Promise<Execution> {
      const seat = `${job.lane}/${job.place}`;
      const worker = idle.get(seat)?.pop() ?? startWorker({ ...options, environment: environmentOf(job) });
      workers.add(worker);
      try {
        return { result: await worker.run(job, listener, signal), writersGone: false };
      } finally {
        if (worker.alive) idle.set(seat, [...(idle.get(seat) ?? []), worker]);
        else workers.delete(worker);
      }
    },
    async close(): Promise<void> {
      await Promise.all([...workers].map((worker) => worker.end()));
    },
  };
}
