import type { World } from '../definition.ts';
import type { StageGraph } from '../graph/graph.ts';
import type { SelectionOptions } from '../graph/selection.ts';
import type { Store } from '../store/contract.ts';
import type { Plan } from './plan.ts';
import { Survey } from './survey.ts';

/** Looks up what is known of every stage that the targets need: for a plan, and for the run that may follow. */
export function surveyPipeline(
  graph: StageGraph,
  store: Store,
  world: World,
  options: SelectionOptions = {},
): Promise<Survey> {
  return Survey.of(graph, store, world, options);
}

/** Reports what a run would do, with the code that a run starts with, and computes nothing. */
export async function planPipeline(
  graph: StageGraph,
  store: Store,
  world: World,
  options: SelectionOptions = {},
): Promise<Plan> {
  return planOf(graph, await surveyPipeline(graph, store, world, options));
}

/** What a run would do, according to a survey of the graph. */
export function planOf(graph: StageGraph, survey: Survey): Plan {
  const stages = survey.selection.nodes.map(({ id, definition }) => ({
    id,
    uses: definition.uses,
    forecast: survey.forecast(id),
  }));
  return { pipeline: graph.pipeline, stages };
}
