import { planPipeline } from '../../engine/index.ts';
import { explainText, planJson } from '../../report/plan.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addSourceOptions, addStoreOptions, type PipelineOptions, pipelineHelp } from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { sourceNamed } from '../run-request.ts';
import { stagesNamed } from '../selection.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

/** `pipe explain` */
export const command: CliCommand = {
  declare: (command) =>
    addStoreOptions(addSourceOptions(command))
      .description('say why a stage would run, by field')
      .usage('[options] [pipeline] <stage>')
      .argument('<pipeline>', `${pipelineHelp}; without it, that of the last run with its settings`)
      .argument('[stage]', 'the stage to explain')
      .addHelpText(
        'after',
        `
Examples:
  pipe explain pipelines/consistency.yaml student --set params.temperature=4
  pipe explain student --set params.temperature=4                             as the last run, but for the temperature`,
      ),
  run: (context, ...[first, second, options]: [string, string | undefined, PipelineOptions]) =>
    second === undefined ? explain(context, undefined, first, options) : explain(context, first, second, options),
};

/** `pipe explain`: says why a stage would run, a field a line. */
async function explain(
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
