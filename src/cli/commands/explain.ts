import { planPipeline } from '../../engine/index.ts';
import { explainText, planJson } from '../../report/plan.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  addPastRunOption,
  addSourceOptions,
  addStageArguments,
  addStoreOptions,
  type PastRunOptions,
  pipelineAndStage,
  type StageArguments,
} from '../options.ts';
import { sourceNamed } from '../past-run.ts';
import { readGraph } from '../pipeline.ts';
import { openProject, sayProject } from '../project.ts';
import { addRemoteOptions, type RemoteOptions } from '../remote-options.ts';
import { stagesNamed } from '../selection.ts';
import { openShared } from '../shared-store.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

type ExplainOptions = PastRunOptions & RemoteOptions;

export const command: CliCommand = {
  declare: (command) =>
    addStageArguments(
      addRemoteOptions(addPastRunOption(addStoreOptions(addSourceOptions(command)))),
      'the stage to explain',
    )
      .description('explain why a stage would run')
      .addHelpText(
        'after',
        `
Examples:
  pipe explain pipelines/consistency.yaml student --set params.temperature=4
  pipe explain student --set params.temperature=4                             like the last run, with another temperature`,
      ),
  run: (context, ...[first, second, options]: StageArguments<ExplainOptions>) =>
    explain(context, ...pipelineAndStage(first, second), options),
};

/** `pipe explain`: explains why a stage would run, one field per line. */
async function explain(
  context: CliContext,
  pipeline: string | undefined,
  stage: string,
  options: ExplainOptions,
): Promise<number> {
  const project = await openProject(context, pipeline);
  sayProject(project, options.artifacts);
  const store = await openStoreAt(project, options.artifacts, { readonly: true });
  const source = await sourceNamed(pipeline, options, project, store);
  const graph = await readGraph(source.project, source.pipeline, source.options, openCatalogue(source.project));
  const ids = new Set(stagesNamed(graph, stage, { option: stage }).map(({ id }) => id));
  const shared = await openShared(source.project, store, options);
  const plan = await planPipeline(graph, shared.store, worldAround(source.project, store), { targets: [...ids] });
  const asked = { ...plan, stages: plan.stages.filter(({ id }) => ids.has(id)) };
  shared.close();
  const text = options.json ? jsonText(planJson(asked)) : explainText(asked);
  context.stdout.write(text);
  return exitCodes.done;
}
