import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type BackendChoice, backendChoices } from '../compute/chosen-backend.ts';
import { stepsIn, stepsRange } from '../compute/variables.ts';
import { bytesOf, durationPattern, secondsOf, sizePattern } from '../schema/units.ts';

/** The settings that a pipeline is read with. */
export interface SourceOptions {
  readonly overlay: readonly string[];
  readonly set: readonly string[];
  readonly sweep: readonly string[];
}

/** Adds the options for the settings that a pipeline is read with. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--overlay <file>', 'merge this YAML file over the pipeline (repeatable, later ones win)', gatherValues, [])
    .option('--set <path=value>', 'set one value, e.g. params.temperature=4 (repeatable)', gatherValues, [])
    .option(
      '--sweep <path=a,b,c>',
      'run with each of these values; equal stages run once (repeatable: all combinations)',
      gatherValues,
      [],
    );
}

/** The options of every command that reads a store. */
export interface StoreCommandOptions {
  readonly artifacts?: string;
  readonly json: boolean;
}

/** Adds the options for the store and the output format. */
export function addStoreOptions(command: Command): Command {
  return addArtifactsOption(command).option(
    '--json',
    'print one JSON object to standard output, and logs to standard error',
    false,
  );
}

/** Adds the option for the store. */
export function addArtifactsOption(command: Command): Command {
  return command.option('--artifacts <directory>', 'where results are stored (default: artifacts, in the project)');
}

/** The options of every command about one pipeline and its results. */
export interface PipelineOptions extends SourceOptions, StoreCommandOptions {}

/** The options of commands that use an earlier run if no pipeline is named. */
export interface PastRunOptions extends PipelineOptions {
  readonly run?: string;
}

/** Adds the option that selects a run. */
export function addPastRunOption(command: Command): Command {
  return command.option(
    '--run <run>',
    'use this run instead of the last: its id, its name, or -2 for the one before the last',
  );
}

/** The arguments of a command about one stage, as Commander gives them: if only one is typed, it is the stage. */
export type StageArguments<Options> = [pipelineOrStage: string, stage: string | undefined, options: Options];

/** Adds the arguments of a command about one stage. @param stageHelp what the stage is. */
export function addStageArguments(command: Command, stageHelp: string): Command {
  return command
    .usage('[options] [pipeline] <stage>')
    .argument('<pipeline>', `${pipelineHelp}; default: that of the last run, with its settings`)
    .argument('[stage]', stageHelp);
}

/** The pipeline, undefined for that of the last run, and the stage. */
export function pipelineAndStage(pipelineOrStage: string, stage: string | undefined): [string | undefined, string] {
  return stage === undefined ? [undefined, pipelineOrStage] : [pipelineOrStage, stage];
}

/** Adds the argument of a command that has actions. @param actions what each does, by its name. */
export function addActions(command: Command, actions: Readonly<Record<string, string>>): Command {
  const names = Object.keys(actions);
  const width = Math.max(...names.map((name) => name.length));
  const lines = Object.entries(actions).map(([name, what]) => `${name.padEnd(width)}  ${what}`);
  return command.addArgument(new Argument('<action>', lines.join('\n')).choices(names));
}

/** The options that select a part of a pipeline. */
export interface PlanOptions extends PipelineOptions {
  readonly target: readonly string[];
  readonly force: readonly string[];
}

/** Adds the argument for the pipeline, and the options for its plan. */
export function addPlanOptions(command: Command): Command {
  command.argument('<pipeline>', pipelineHelp);
  return addStoreOptions(
    addSourceOptions(command)
      .option('--target <stage>', 'only this stage and what it needs (repeatable)', gatherValues, [])
      .option('--force <stage>', 'run this stage even if its result is cached (repeatable)', gatherValues, []),
  );
}

/** The options for the backend of stages, and whether it may be set up without a question. */
export interface BackendOptions {
  readonly backend?: BackendChoice;
  readonly gpu: boolean;
  readonly yes: boolean;
}

/** Adds the options for the backend of stages. */
export function addBackendOptions(command: Command): Command {
  return command
    .option('-y, --yes', 'if TensorFlow is missing, set it up without asking', false)
    .option('--gpu', 'use the CUDA build of TensorFlow', false)
    .addOption(
      new Option(
        '--backend <name>',
        'compute with tensorflow, wasm or javascript (default: tensorflow, or wasm if TensorFlow is not available)',
      )
        .choices(backendChoices)
        .conflicts('gpu'),
    );
}

/** The description of an argument that names a pipeline. */
export const pipelineHelp = 'the YAML file, e.g. pipelines/consistency.yaml';

/** Reads a whole number from 1 on. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Write a whole number, 1 or more.');
  return value;
}

/** Reads a number of training steps in one call. */
export function trainingSteps(text: string): number {
  const steps = stepsIn(text);
  if (steps === undefined) throw new InvalidArgumentError(`Write ${stepsRange}.`);
  return steps;
}

/** Reads a duration such as `30d` or `1h30m` as milliseconds. */
export function milliseconds(text: string): number {
  if (!new RegExp(durationPattern, 'u').test(text)) throw new InvalidArgumentError('Write it like 30d, 12h or 1h30m.');
  return secondsOf(text) * 1000;
}

/** Reads a size such as `20GB` or `500MB` as bytes. */
export function bytes(text: string): number {
  if (!new RegExp(sizePattern, 'u').test(text)) throw new InvalidArgumentError('Write it like 500MB or 20GB.');
  return bytesOf(text);
}

/** Collects the values of a repeatable option. */
export function gatherValues(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
