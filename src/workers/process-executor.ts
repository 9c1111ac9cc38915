import { CompiledCodeError, withoutCompiledCode } from '../compute/compiled-code.ts';
import type { StageResult } from '../engine/definition.ts';
import type { Execution, Executor, StageJob, StageListener } from '../engine/run/executor.ts';
import { containment, uncontained } from '../process/containment.ts';
import { endOwnMarked, markVariable, sessionOf } from '../process/mark.ts';
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

  function start(
    job: StageJob,
    within: readonly string[],
    mark: string,
    own: Machine['environment'] = {},
  ): StageWorker {
    const worker = startWorker({
      environment: { ...seenBy(job, environment), ...own, ...placeVariables(job, options), [markVariable]: mark },
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
      else endOwnMarked(job.mark);
      workers.delete(worker);
    }
    return { result, writersGone };
  }

  async function runOwn(job: StageJob, listener: StageListener, signal: AbortSignal): Promise<Execution> {
    const seat = `${job.lane}/${job.place}`;
    const { leash } = await containment(environment);
    const runIn = async (worker: StageWorker): Promise<Execution> => {
      try {
        return { result: await worker.run(job, placeVariables(job, options), listener, signal), writersGone: false };
      } finally {
        if (worker.alive) idle.set(seat, [...(idle.get(seat) ?? []), worker]);
        else workers.delete(worker);
      }
    };
    const begin = (own: Machine['environment']) => start(job, leash, sessionOf(job.mark), own);
    try {
      return await runIn(idle.get(seat)?.pop() ?? begin({}));
    } catch (error) {
      if (!(error instanceof CompiledCodeError) || signal.aborted) throw error;
      listener.warn(`XLA compiles without keeping its code: ${error.message}; ${error.hint ?? ''}`);
      // TensorFlow reads where code is kept only once in a process.
      await Promise.all((idle.get(seat) ?? []).map((worker) => worker.end()));
      idle.delete(seat);
      return await runIn(begin({ TF_XLA_FLAGS: withoutCompiledCode(environment['TF_XLA_FLAGS']) }));
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
