import { type Graph, type Plan, planPipeline, type RunSummary, runPipeline, systemClock } from '../../engine/index.ts';
import { summaryJson } from '../../report/json.ts';
import { summaryText } from '../../report/summary.ts';
import { processExecutor } from '../../workers/process-executor.ts';
import type { RunOptions } from '../arguments.ts';
import { openDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruption } from '../interruption.ts';
import { codeOrigin } from '../origin.ts';
import { readGraph } from '../pipeline.ts';
import { ensureTensorflow } from '../tensorflow.ts';
import { catalogue, openWorkspace, type Surroundings } from '../workspace.ts';

/** `pipe run`: computes what is not known, reuses what is. */
export async function run(surroundings: Surroundings, file: string, options: RunOptions): Promise<number> {
  const graph = await readGraph(file, options, catalogue(surroundings));
  const { store, world } = await openWorkspace(surroundings, options.artifacts, { readonly: false });
  const stop = interruption(surroundings.stderr);
  try {
    const forecast = await planPipeline(graph, store, world, { targets: options.target, force: options.force });
    const needsTensorflow = !options.frozen && wouldCompute(graph, forecast);
    if (needsTensorflow) await ensureTensorflow(surroundings, options, stop.signal);

    const log = await store.runs.start({ pipeline: file, ...options });
    const display = openDisplay(surroundings, options.json);
    const executor = processExecutor({
      environment: surroundings.environment,
      gpuDevices: visibleDevices(surroundings.environment),
    });
    try {
      const summary = await runPipeline(
        graph,
        {
          run: log.id,
          store,
          executor,
          world,
          clock: systemClock,
          listener: (event) => {
            log.event(event);
            display(event);
          },
          signal: stop.signal,
          origin: await codeOrigin(surroundings),
        },
        {
          targets: options.target,
          force: options.force,
          frozen: options.frozen,
          keepGoing: options.keepGoing,
          ...(options.jobs !== undefined && { jobs: options.jobs }),
        },
      );
      const json = await summaryJson(summary, (output) => store.pathOf(output));
      log.finish(json);
      if (options.json) surroundings.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
      else surroundings.stdout.write(`\n${summaryText(summary)}`);
      return exitCodeOfRun(summary, surroundings, options);
    } finally {
      await executor.close();
    }
  } finally {
    stop.end();
    await store.close();
  }
}

function exitCodeOfRun({ outcome, stages }: RunSummary, { stderr }: Surroundings, { frozen }: RunOptions): number {
  if (outcome === 'interrupted') {
    stderr.write('interrupted; the same command goes on from where this run was\n');
    return exitCodes.interrupted;
  }
  if (outcome === 'done') return exitCodes.done;
  if (frozen) {
    const stale = stages.filter(({ state }) => state !== 'hit').map(({ id }) => id);
    stderr.write(`frozen, but these stages would have to run: ${stale.join(', ')}\n`);
  }
  return exitCodes.stageFailed;
}

/** Whether a run may have to compute with tensors: a stage of the gpu lane has no known result. */
function wouldCompute(graph: Graph, plan: Plan): boolean {
  return plan.stages.some(
    ({ id, forecast }) => forecast.state !== 'hit' && graph.nodes.get(id)?.definition.lane === 'gpu',
  );
}

function visibleDevices(environment: Surroundings['environment']): readonly string[] {
  const preset = environment['CUDA_VISIBLE_DEVICES'];
  return preset === undefined || preset === '' ? [] : preset.split(',').map((device) => device.trim());
}
