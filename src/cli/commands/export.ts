import { join, resolve } from 'node:path';
import { planPipeline, type StageSummary } from '../../engine/index.ts';
import type { LocalStore } from '../../engine/store/index.ts';
import { ConfigurationError, StageError } from '../../problem/errors.ts';
import { didYouMean } from '../../problem/suggest.ts';
import { plannedSummary } from '../../report/planned-summary.ts';
import { safeNames } from '../../report/safe-names.ts';
import { size } from '../../report/units.ts';
import { whyNotBelow } from '../../schema/path-below.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { jsonText } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import { addPastRunOption, addSourceOptions, addStoreOptions, type PastRunOptions, pipelineHelp } from '../options.ts';
import { runNamed, sourceNamed, stagesOfRun, summaryOf } from '../past-run.ts';
import { readGraph } from '../pipeline.ts';
import { openProject, type ProjectContext } from '../project.ts';
import { addRemoteOptions, hasRemotes, type RemoteOptions } from '../remote-options.ts';
import { stagesNamed } from '../selection.ts';
import { openShared, type SharedStore } from '../shared-store.ts';
import { openCatalogue, openStoreAt, openStoreThere, worldAround } from '../workspace.ts';

type ExportOptions = PastRunOptions & RemoteOptions;

export const command: CliCommand = {
  declare: (command) =>
    addRemoteOptions(addPastRunOption(addStoreOptions(addSourceOptions(command))))
      .description('copy an output out of the store')
      .usage('[options] [pipeline] <stage.output> <directory>')
      .argument('<pipeline>', `${pipelineHelp}; default: the results of the last run`)
      .argument('<stage.output>', 'the output, e.g. student.weights; or just the stage if it has one output')
      .argument('[directory]', 'the folder to copy to; created if it does not exist')
      .addHelpText(
        'after',
        `
Examples:
  pipe export pipelines/consistency.yaml student.weights trained
  pipe export student.weights trained                             of the last run
  pipe export 'student{temperature=4}.weights' trained            of one variant of a sweep
  pipe export --run -2 student.weights trained                    of the run before the last`,
      ),
  run: (context, ...[first, second, third, options]: [string, string, string | undefined, ExportOptions]) =>
    third === undefined
      ? exportOutput(context, undefined, first, second, options)
      : exportOutput(context, first, second, third, options),
};

/** `pipe export`: copies an output to a directory of the user; for a sweep, that of each variant. */
async function exportOutput(
  context: CliContext,
  pipeline: string | undefined,
  output: string,
  directory: string,
  options: ExportOptions,
): Promise<number> {
  const project = await openProject(context, pipeline);
  // Content from a shared cache goes through the store, which need not exist yet.
  const store = hasRemotes(project, options)
    ? await openStoreAt(project, options.artifacts, { readonly: false })
    : await openStoreThere(project, options.artifacts, { readonly: true });
  const shared = await openShared(project, store, options);
  const [name, port] = splitOutput(output);
  const stages = await stagesMeant(pipeline, name, output, options, store, shared, project);
  const exported = [];
  const folders =
    stages.length > 1 ? safeNames(stages.map(({ id }) => id)).map((each) => join(directory, each)) : [directory];
  for (const [at, stage] of stages.entries()) {
    const chosen = outputNamed(stage, port, output);
    const file = stage.files[chosen] ?? chosen;
    // The name comes from the log of a run, which others may have written: it must stay below the directory, too.
    const path = resolve(context.directory, folders[at]!, whyNotBelow(file) ? chosen : file);
    const { digest, bytes } = stage.outputs[chosen]!;
    await shared.bring(stage.outputs[chosen]!);
    await store.export(stage.outputs[chosen]!, path);
    exported.push({ stage: stage.id, output: chosen, digest, bytes, path });
  }
  shared.close();
  await store.close();
  if (options.json) context.stdout.write(jsonText({ exported }));
  else for (const { path, bytes } of exported) context.stdout.write(`${path}  ${size(bytes)}\n`);
  return exitCodes.done;
}

/** The stages with their results: for a run, what it recorded; for a pipeline, or a run with other settings, what the store has. */
async function stagesMeant(
  pipeline: string | undefined,
  name: string,
  typed: string,
  options: PastRunOptions,
  store: LocalStore,
  shared: SharedStore,
  project: ProjectContext,
): Promise<readonly StageSummary[]> {
  const hasSettings = options.overlay.length + options.set.length + options.sweep.length > 0;
  if (pipeline === undefined && !hasSettings) {
    const run = runNamed(store, options.run ?? 'last', project.arguments.join(' '));
    const stages = stagesOfRun(await summaryOf(run, store), name, typed);
    for (const { id, state, because } of stages) {
      if (state === 'failed' || state === 'skipped') {
        throw new StageError(`${id} has no result in run ${run.id}: ${because}.`, { hint: 'run it first' });
      }
    }
    return stages;
  }
  const source = await sourceNamed(pipeline, options, project, store);
  const graph = await readGraph(source.project, source.pipeline, source.options, openCatalogue(source.project));
  const targets = stagesNamed(graph, name, { option: typed, length: name.length }).map(({ id }) => id);
  const plan = await planPipeline(graph, shared.store, worldAround(source.project, store), { targets });
  const stages = plannedSummary(graph, plan, 'present').stages.filter(({ id }) => targets.includes(id));
  const missing = stages.find(({ state }) => state !== 'hit');
  if (!missing) return stages;
  throw new StageError(`The store has no complete result of ${missing.id} to export.`, {
    // Without --target, a run makes only what its last stages need.
    hint: `pipe run ${source.pipeline} --target ${missing.stage} computes it, if the settings are the same`,
  });
}

/** `student.weights`, or `student{temperature=0.5}.weights`, with a possible dot between the braces. */
function splitOutput(text: string): readonly [stage: string, output: string | undefined] {
  const [, stage = text, output] = /^([^.{]*(?:\{.*\})?)\.([^.{}]+)$/u.exec(text) ?? [];
  return [stage, output];
}

function outputNamed({ id, outputs }: StageSummary, name: string | undefined, typed: string): string {
  const names = Object.keys(outputs);
  if (name === undefined && names.length === 1) return names[0]!;
  if (name !== undefined && names.includes(name)) return name;
  const message = name === undefined ? `${id} has several outputs.` : `${id} has no output "${name}".`;
  const hint = (name && didYouMean(name, names)) ?? `its outputs are: ${names.join(', ')}`;
  throw new ConfigurationError([{ message, origin: { option: typed }, hint }]);
}
