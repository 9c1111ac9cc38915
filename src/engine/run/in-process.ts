import { StageError, UserError } from '../../problem/errors.ts';
import type { DefinitionCatalogue, StageResult } from '../definition.ts';
import type { Executor, StageJob, StageListener } from './executor.ts';
import { plainMetrics } from './metrics.ts';

/**
 * Runs a job's program in this process.
 * @param variables what processes that it starts get in addition to what it declares.
 * @throws UserError if no definition is found for its `uses`; otherwise whatever the program throws.
 */
export async function runInProcess(
  catalogue: DefinitionCatalogue,
  job: StageJob,
  variables: Readonly<Record<string, string>>,
  listener: StageListener,
  signal: AbortSignal,
): Promise<StageResult> {
  const definition = await catalogue.find(job.uses, job.pipelineFile);
  if (!definition) throw new UserError(`There is no stage kind "${job.uses}" (stage "${job.stage}").`);
  if (definition.version !== job.version) {
    throw new StageError(`${job.uses} changed while the run waited.`, {
      hint: 'run the command again; nothing from this attempt was saved',
    });
  }
  const program = await definition.load();
  signal.throwIfAborted();
  const report = await program.run({
    config: job.config,
    inputs: job.inputs,
    outputs: job.outputs,
    // Made on demand: most programs that run here do not need them.
    get checkpoints() {
      return job.checkpoints;
    },
    get scratch() {
      return job.scratch;
    },
    facts: job.facts,
    processes: { mark: job.mark, contain: job.contain, environment: variables },
    signal,
    report: (progress) => listener.progress(progress),
    warn: (message) => listener.warn(message),
    say: (text) => listener.say(text),
  });
  const { metrics, warnings } = plainMetrics(report?.metrics);
  for (const warning of warnings) listener.warn(warning);
  return { metrics, provenance: plainMetrics(report?.provenance).metrics };
}

/** An executor without processes: for stages that are small, and for tests. */
export function inProcessExecutor(catalogue: DefinitionCatalogue): Executor {
  return {
    execute: async (job, listener, signal) => ({
      result: await runInProcess(catalogue, job, {}, listener, signal),
      writersGone: false,
    }),
    close: async () => undefined,
  };
}
