import type { StageResult } from '../engine/definition.ts';
import type { Execution, Executor, StageJob, StageListener } from '../engine/run/executor.ts';
import { containment, uncontained } from '../process/containment.ts';
import { endMarked, markVariable, sessionOf } from '../process/mark.ts';
import { isModulePath } from '../stages/module/load-module.ts';
import { traceArguments } from './file-trace.ts';
import { type Machine, placeVariables } from './place-variables.ts';
import { type StageWorker, startWorker } from './stage-process.ts';

/** How worker processes are started. */
export interface ProcessExecutorOptions extends Machine {
  /** The root of the project, against which stages resolve paths. */
  readonly directory: string;
  /** Where strace writes which files the first process opens: for one stage; by default nothing watches. */
  readonly traceFile?: string;
}

/**
 * Runs stages in worker processes. A process that runs our own code is kept for the next stage on the same place of a lane: loading
 * TensorFlow costs most of a second. A process that runs a module of the user ends with its stage, and all that it started with it.
 */
export function processExecutor(options: ProcessExecutorOptions): Executor {
  const { environment, directory, traceFile } = options;
  const idle = new Map<string, StageWorker[]>();
  const workers = new Set<StageWorker>();
  // strace starts Node in its own place: to both sides it is as if it were not there.
  const watch = traceFile === undefined ? [] : ['strace', ...traceArguments(traceFile)];

  function start(job: StageJob, within: readonly string[], mark: string): StageWorker {
    const worker = startWorker({
      environment: { ...seenBy(job, environment), ...placeVariables(job, options), [markVariable]: mark },
      directory,
      within: [...within, ...watch],
    });
    workers.add(worker);
    return worker;
  }

  async function runModule(job: StageJob, listener: StageListener, signal: AbortSignal): Promise<Execution> {
    const { namespace } = job.contain ? await containment(environment) : uncontained;
    const worker = start(job, namespace?.alone ?? [], job.mark);
    let writersGone = false;
    let result: StageResult;
    try {
      result = await worker.run(job, placeVariables(job, options), listener, signal);
    } finally {
      const endedItself = await worker.end();
      // A namespace that ended in order holds no process any more; of others that is not known.
      if (namespace) writersGone = endedItself;
      else endMarked(job.mark);
      workers.delete(worker);
    }
    return { result, writersGone };
  }

  async function runOwn(job: StageJob, listener: StageListener, signal: AbortSignal): Promise<Execution> {
    const seat = `${job.lane}/${job.place}`;
    const { leash } = await containment(environment);
    const worker = idle.get(seat)?.pop() ?? start(job, leash, sessionOf(job.mark));
    try {
      return { result: await worker.run(job, placeVariables(job, options), listener, signal), writersGone: false };
    } finally {
      if (worker.alive) idle.set(seat, [...(idle.get(seat) ?? []), worker]);
      else workers.delete(worker);
    }
  }

  return {
    execute: (job, listener, signal) =>
      isModulePath(job.uses) ? runModule(job, listener, signal) : runOwn(job, listener, signal),
    async close(): Promise<void> {
      await Promise.all([...workers].map((worker) => worker.end()));
    },
  };
}

/** What a stage's code sees of the environment: foreign code what it declares, our own everything. */
function seenBy({ variables }: StageJob, environment: Machine['environment']): Machine['environment'] {
  return variables ? Object.fromEntries(variables.map((name) => [name, environment[name]])) : environment;
}
