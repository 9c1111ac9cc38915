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
  /** The root of the project; paths of stages are relative to it. */
  readonly directory: string;
  /** The file to which strace writes the files that the first process opens: for one stage; by default nothing is traced. */
  readonly traceFile?: string;
}

/**
 * Runs stages in worker processes. A process that runs built-in code is reused for the next stage in the same place: loading TensorFlow
 * costs most of a second. A process that runs a user's module ends with its stage, with everything that it started.
 */
export function processExecutor(options: ProcessExecutorOptions): Executor {
  const { environment, directory, traceFile } = options;
  const idle = new Map<string, StageWorker[]>();
  const workers = new Set<StageWorker>();
  // strace starts Node as its child: for both sides, it is invisible.
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
      // A namespace that ended normally contains no process any more; otherwise this is unknown.
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

/** The environment that a stage's code sees: foreign code only what it declares, built-in code everything. */
function seenBy({ variables }: StageJob, environment: Machine['environment']): Machine['environment'] {
  return variables ? Object.fromEntries(variables.map((name) => [name, environment[name]])) : environment;
}
