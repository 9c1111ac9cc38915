import { planPipeline } from '../../engine/index.ts';
import { planText } from '../../report/plan.ts';
import type { PipelineOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { readGraph } from '../pipeline.ts';
import { openWorkspace, type Surroundings } from '../workspace.ts';

/** `pipe plan`: says what a run would do and why, and writes nothing. */
export async function plan(surroundings: Surroundings, file: string, options: PipelineOptions): Promise<number> {
  const { catalogue, store, world } = await openWorkspace(surroundings, options.artifacts, { readonly: true });
  const graph = await readGraph(file, options, catalogue);
  const forecast = await planPipeline(graph, store, world, { targets: options.target, force: options.force });
  surroundings.stdout.write(options.json ? `${JSON.stringify(forecast, null, 2)}\n` : planText(forecast));
  return exitCodes.done;
}
