import type { World } from './definition.ts';
import type { Graph } from './graph.ts';
import type { Plan } from './plan.ts';
import type { SelectionOptions } from './selection.ts';
import type { Store } from './store/contract.ts';
import { Survey } from './survey.ts';

/** Says what a run would do, by the code a run starts with, and computes nothing. */
export async function planPipeline(
  graph: Graph,
  store: Store,
  world: World,
  options: SelectionOptions = {},
): Promise<Plan> {
  const survey = await Survey.of(graph, store, world, options);
  const stages = survey.selection.nodes.map(({ id, definition }) => ({
    id,
    uses: definition.uses,
    forecast: survey.forecast(id),
  }));
  return { pipeline: graph.pipeline, stages };
}
