import { planPipeline } from '../../engine/index.ts';
import { explainText, planJson } from '../../report/plan.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { PipelineOptions } from '../handlers.ts';
import { jsonText } from '../json-text.ts';
import { readGraph } from '../pipeline.ts';
import { sourceNamed } from '../run-request.ts';
import { stagesNamed } from '../selection.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

/** `pipe explain`: says why a stage would run, a field a line. */
export async function explain(
  context: CliContext,
  pipeline: string | undefined,
  stage: string,
  options: PipelineOptions,
): Promise<number> {
  const store = await openStoreAt(context, options.artifacts, { readonly: true });
  const source = sourceNamed(pipeline, options, context, store);
  const catalogue = openCatalogue(source.context);
  const graph = await readGraph(source.context, source.pipeline, source.options, catalogue);
  const ids = new Set(stagesNamed(graph, stage, { option: stage }).map(({ id }) => id));
  const plan = await planPipeline(graph, store, worldAround(source.context, store), { targets: [...ids] });
  const asked = { ...plan, stages: plan.stages.filter(({ id }) => ids.has(id)) };
  const text = options.json ? jsonText(planJson(asked)) : explainText(asked);
  context.stdout.write(text);
  return exitCodes.done;
}
