import { type Command, InvalidArgumentError, Option } from 'commander';
import { type BackendChoice, backendChoices } from '../compute/chosen-backend.ts';
import { bytesOf, durationPattern, secondsOf, sizePattern } from '../schema/units.ts';

/** Which settings a pipeline is read with. */
export interface SourceOptions {
  readonly overlay: readonly string[];
  readonly set: readonly string[];
  readonly sweep: readonly string[];
}

/** Adds the options that say with which settings a pipeline is read. */
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

/** The options of every command that looks into a store. */
export interface StoreCommandOptions {
  readonly artifacts?: string;
  readonly json: boolean;
}

/** Adds the options that say which store, and how to answer. */
export function addStoreOptions(command: Command): Command {
  return addArtifactsOption(command).option(
    '--json',
    'print one JSON object to standard output, and logs to standard error',
    false,
  );
}

/** Adds the option that says which store. */
export function addArtifactsOption(command: Command): Command {
  return command.option('--artifacts <directory>', 'where results are stored (default: artifacts, in the project)');
}

/** The options of every command about one pipeline and what the store has of it. */
export interface PipelineOptions extends SourceOptions, StoreCommandOptions {}

/** The options of commands that are about an earlier run, if no pipeline is named. */
export interface PastRunOptions extends PipelineOptions {
  readonly run?: string;
}

/** Adds the option that says which run is meant. */
export function addPastRunOption(command: Command): Command {
  return command.option(
    '--run <run>',
    'use this run instead of the last: its id, its name, or -2 for the one before the last',
  );
}

/** Which part of a pipeline is meant. */
export interface PlanOptions extends PipelineOptions {
  readonly target: readonly string[];
  readonly force: readonly string[];
}

/** Adds the argument that names the pipeline, and the options of what plans it. */
export function addPlanOptions(command: Command): Command {
  command.argument('<pipeline>', pipelineHelp);
  return addStoreOptions(
    addSourceOptions(command)
      .option('--target <stage>', 'only this stage and what it needs (repeatable)', gatherValues, [])
      .option('--force <stage>', 'run this stage even if its result is cached (repeatable)', gatherValues, []),
  );
}

/** With what stages compute, and whether it may be set up without being asked. */
export interface BackendOptions {
  readonly backend?: BackendChoice;
  readonly gpu: boolean;
  readonly yes: boolean;
}

/** Adds the options that choose what stages compute with. */
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

/** What an argument that names a pipeline is. */
export const pipelineHelp = 'the YAML file, e.g. pipelines/consistency.yaml';

/** Reads a whole number from 1 on. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Write a whole number, 1 or more.');
  return value;
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

/** Gathers the values of an option that may be given often. */
export function gatherValues(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
