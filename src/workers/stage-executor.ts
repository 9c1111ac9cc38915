import type { DefinitionCatalogue } from '../engine/definition.ts';
import type { Execution, Executor, StageJob, StageListener } from '../engine/run/executor.ts';
import { runInProcess } from '../engine/run/in-process.ts';
import { containment } from '../process/containment.ts';
import { type Machine, placeVariables } from './place-variables.ts';

/** Runs stages that start their own process here, because starting a worker would take longer than they do; all others in workers. */
export function stageExecutor(catalogue: DefinitionCatalogue, workers: Executor, machine: Machine): Executor {
  async function runHere(job: StageJob, listener: StageListener, signal: AbortSignal): Promise<Execution> {
    const result = await runInProcess(catalogue, job, placeVariables(job, machine), listener, signal);
    // A namespace that has ended contains no process any more; for processes found by their mark, this is unknown.
    const writersGone = job.contain && (await containment(machine.environment)).namespace !== undefined;
    return { result, writersGone };
  }

  return {
    async execute(job, listener, signal) {
      const definition = await catalogue.find(job.uses, job.pipelineFile);
      return definition?.startsProcess ? runHere(job, listener, signal) : workers.execute(job, listener, signal);
    },
    close: () => workers.close(),
  };
}
