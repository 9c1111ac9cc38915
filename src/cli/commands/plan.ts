import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { planPipeline } from '../../engine/index.ts';
import { checkWritable } from '../../engine/store/index.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import { planJson, planText } from '../../report/plan.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addPlanOptions, type PlanOptions } from '../options.ts';
import { readGraph } from '../pipeline.ts';
import { examine, selectionOf, unknownNodes } from '../selection.ts';
import { openCatalogue, openStoreAt, worldAround } from '../workspace.ts';

/** `pipe plan` */
export const command: CliCommand = {
  declare: (command) =>
    addPlanOptions(command)
      .description('say what would run and why, and run nothing')
      .addHelpText('after', '\nExample:\n  pipe plan pipelines/consistency.yaml --set params.temperature=4'),
  run: plan,
};

/**
 * `pipe plan`: says what a run would do and why, and writes nothing; what would stop the run stops it, but for a store that is there
 * and can only be read: it may be somebody else's.
 */
async function plan(context: CliContext, pipeline: string, options: PlanOptions): Promise<number> {
  const graph = await readGraph(context, pipeline, options, openCatalogue(context));
  const artifacts = resolve(context.directory, options.artifacts);
  const isThere = statSync(artifacts, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isThere) checkWritable(artifacts);
  const store = await openStoreAt(context, options.artifacts, { readonly: true });
  const world = worldAround(context, store);
  const forecast = await planPipeline(graph, store, world, selectionOf(graph, options));
  await examine(unknownNodes(graph, forecast), world);
  const text = options.json ? jsonText(planJson(forecast)) : planText(forecast);
  context.stdout.write(text);
  if (isThere) warnOfReadOnly(context, artifacts);
  return exitCodes.done;
}

function warnOfReadOnly({ stderr }: CliContext, artifacts: string): void {
  try {
    checkWritable(artifacts);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    stderr.write(`warning: a run would stop: ${error.message}\n`);
  }
}
