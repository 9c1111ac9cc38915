import type { DefinitionCatalogue } from '../engine/definition.ts';
import type { Executor } from '../engine/run/executor.ts';
import { runInProcess } from '../engine/run/in-process.ts';

/** Runs stages that start a process of their own here, where starting a worker would take longer than they do; all others in workers. */
export function stageExecutor(catalogue: DefinitionCatalogue, workers: Executor): Executor {
  return {
    async execute(job, listener, signal) {
      const definition = await catalogue.find(job.uses, job.pipelineFile);
      return definition?.startsProcess
        ? { result: await runInProcess(catalogue, job, listener, signal), writersGone: false }
        : workers.execute(job, listener, signal);
    },
    close: () => workers.close(),
  };
}
