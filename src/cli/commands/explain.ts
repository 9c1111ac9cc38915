import { planPipeline } from '../../engine/index.ts';
import { explainText, planJson } from '../../report/plan.ts';
import { exitCodes } from '../exit-codes.ts';
import type { PipelineOptions } from '../handlers.ts';
import { jsonText } from '../json-text.ts';
import { readGraph } from '../pipeline.ts';
import { sourceNamed } from '../run-request.ts';
import { stagesNamed } from '../selection.ts';
import type { Surroundings } from '../surroundings.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

/** `pipe explain`: says why a stage would run, a field a line. */
export async function explain(
  surroundings: Surroundings,
  pipeline: string | undefined,
  stage: string,
  options: PipelineOptions,
): Promise<number> {
  const store = await openStoreAt(surroundings, options.artifacts, { readonly: true });
  const source = sourceNamed(pipeline, options, surroundings, store);
  const catalogue = openCatalogue(source.surroundings);
  const graph = await readGraph(source.surroundings, source.pipeline, source.options, catalogue);
  const ids = new Set(stagesNamed(graph, stage, { option: stage }).map(({ id }) => id));
  const plan = await planPipeline(graph, store, worldAround(source.surroundings, store), { targets: [...ids] });
  const asked = { ...plan, stages: plan.stages.filter(({ id }) => ids.has(id)) };
  const text = options.json ? jsonText(planJson(asked)) : explainText(asked);
  surroundings.stdout.write(text);
  return exitCodes.done;
}
