import { availableParallelism } from 'node:os';
import { type Graph, planPipeline, type RunSummary, runPipeline, systemClock } from '../../engine/index.ts';
import type { JsonObject } from '../../json/json.ts';
import { summaryJson } from '../../report/json.ts';
import { summaryText } from '../../report/summary.ts';
import { processExecutor } from '../../workers/process-executor.ts';
import type { RunOptions } from '../arguments.ts';
import { openDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Interruption, interruption } from '../interruption.ts';
import { codeOrigin } from '../origin.ts';
import { readGraph } from '../pipeline.ts';
import { ensureTensorflow } from '../tensorflow.ts';
import { catalogue, openWorkspace, type Surroundings, type Workspace } from '../workspace.ts';

/** `pipe run`: computes what is not known, reuses what is. */
export async function run(surroundings: Surroundings, file: string, options: RunOptions): Promise<number> {
  const graph = await readGraph(file, options, catalogue(surroundings));
  const workspace = await openWorkspace(surroundings, options.artifacts, { readonly: false });
  const stop = interruption(surroundings.stderr);
  try {
    if (!options.frozen) await prepare(surroundings, graph, workspace, options, stop.signal);
    const { summary, json } = await execute(surroundings, graph, workspace, stop, { ...options, pipeline: file });
    surroundings.stdout.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : `\n${summaryText(summary)}`);
    return conclude(summary, surroundings, options);
  } finally {
    stop.end();
    await workspace.store.close();
  }
}

async function execute(
  surroundings: Surroundings,
  graph: Graph,
  { store, world }: Workspace,
  { signal }: Interruption,
  options: RunOptions & { readonly pipeline: string },
): Promise<{ summary: RunSummary; json: JsonObject }> {
  const { environment } = surroundings;
  const gpuDevices = visibleDevices(environment);
  const executor = processExecutor({ environment, gpuDevices });
  const display = openDisplay(surroundings, options.json);
  const log = await store.runs.start(plain(options));
  try {
    const summary = await runPipeline(graph, {
      run: log.id,
      store,
      executor,
      world,
      clock: systemClock,
      listener: (event) => {
        log.append(plain(event));
        display(event);
      },
      signal,
      origin: await codeOrigin(surroundings),
      options: {
        targets: options.target,
        force: options.force,
        frozen: options.frozen,
        keepGoing: options.keepGoing,
        lanes: { gpu: Math.max(1, gpuDevices.length), cpu: availableParallelism() },
        ...(options.jobs !== undefined && { jobs: options.jobs }),
      },
    });
    const json = summaryJson(summary, (output) => store.pathOf(output));
    log.finish(json);
    return { summary, json };
  } finally {
    await executor.close();
  }
}

function conclude({ outcome, stages }: RunSummary, { stderr }: Surroundings, { frozen }: RunOptions): number {
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

/** Brings what the stages without a known result will ask for: TensorFlow for the gpu lane, and what their definitions fetch. */
async function prepare(
  surroundings: Surroundings,
  graph: Graph,
  { store, world }: Workspace,
  options: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  const { stages } = await planPipeline(graph, store, world, { targets: options.target, force: options.force });
  const unknown = stages.filter(({ forecast }) => forecast.state !== 'hit').map(({ id }) => graph.nodes.get(id)!);
  if (unknown.some(({ definition }) => definition.lane === 'gpu')) {
    await ensureTensorflow(surroundings, options, signal);
  }
  for (const { definition, stage } of unknown) await definition.prepare?.(stage.config, world, signal);
}

function visibleDevices(environment: Surroundings['environment']): readonly string[] {
  const preset = environment['CUDA_VISIBLE_DEVICES'];
  return preset === undefined || preset === '' ? [] : preset.split(',').map((device) => device.trim());
}

/** A value of JSON's own kinds, as JSON: an interface has no index signature, so TypeScript cannot see that it is. */
function plain(value: object): JsonObject {
  return value as JsonObject;
}
