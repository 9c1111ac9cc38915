import { UserError } from '../../problem/errors.ts';
import type { DefinitionCatalogue, StageResult } from '../definition.ts';
import type { Executor, StageJob, StageListener } from './executor.ts';

/**
 * Runs a job's program in this process.
 * @throws UserError where no definition is found for its `uses`; else whatever the program throws.
 */
export async function runInProcess(
  catalogue: DefinitionCatalogue,
  job: StageJob,
  listener: StageListener,
  signal: AbortSignal,
): Promise<StageResult> {
  const definition = await catalogue.find(job.uses, job.pipelineFile);
  if (!definition) throw new UserError(`There is no stage kind "${job.uses}" (stage "${job.stage}").`);
  const program = await definition.load();
  signal.throwIfAborted();
  return program.run({
    config: job.config,
    inputs: job.inputs,
    outputs: job.outputs,
    // Made when they are first asked for: most programs that run here do not.
    get checkpoints() {
      return job.checkpoints;
    },
    get scratch() {
      return job.scratch;
    },
    facts: job.facts,
    signal,
    report: (progress) => listener.progress(progress),
    warn: (message) => listener.warn(message),
  });
}

/** An executor without processes: for stages that are small, and for tests. */
export function inProcessExecutor(catalogue: DefinitionCatalogue): Executor {
  return {
    execute: async (job, listener, signal) => ({
      result: await runInProcess(catalogue, job, listener, signal),
      writersGone: false,
    }),
    close: async () => undefined,
  };
}
