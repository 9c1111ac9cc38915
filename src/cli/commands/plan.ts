import { checkVariables } from '../../compute/variables.ts';
import { planPipeline } from '../../engine/index.ts';
import { checkWritable } from '../../engine/store/index.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import { planJson, planText } from '../../report/plan.ts';
import type { CliCommand } from '../command.ts';
import { type CliContext, warn } from '../context.ts';
import { jsonText, widthOf } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addPlanOptions, type PlanOptions } from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { openProject, sayProject } from '../project.ts';
import { addRemoteOptions, type RemoteOptions } from '../remote-options.ts';
import { examine, selectionOf, unknownNodes } from '../selection.ts';
import { openShared } from '../shared-store.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

export const command: CliCommand = {
  declare: (command) =>
    addRemoteOptions(addPlanOptions(command))
      .description('show what would run and why, and run nothing')
      .addHelpText('after', '\nExample:\n  pipe plan pipelines/consistency.yaml --set params.temperature=4'),
  run: plan,
};

/** `pipe plan`: reports what a run would do and why, and writes nothing. If a run could not write its results, it prints a warning. */
async function plan(context: CliContext, pipeline: string, options: PlanOptions & RemoteOptions): Promise<number> {
  checkVariables(context.environment);
  const project = await openProject(context, pipeline);
  sayProject(project, options.artifacts);
  const graph = await readGraph(project, pipeline, options, openCatalogue(project));
  const store = await openStoreAt(project, options.artifacts, { readonly: true });
  const world = worldAround(project, store);
  const shared = await openShared(project, store, options);
  const forecast = await planPipeline(graph, shared.store, world, selectionOf(graph, options));
  await examine(unknownNodes(graph, forecast), world, project);
  const text = options.json ? jsonText(planJson(forecast)) : planText(forecast, widthOf(context.stdout));
  context.stdout.write(text);
  shared.close();
  warnOfReadOnly(context, store.directory);
  return exitCodes.done;
}

function warnOfReadOnly(context: CliContext, artifacts: string): void {
  try {
    checkWritable(artifacts);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    warn(context, `a run would stop: ${error.message}`);
  }
}
