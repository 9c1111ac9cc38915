import { isMeant, type RunEvent, RunState, type RunSummary, type StageSummary } from '../engine/index.ts';
import type { LocalStore, LoggedRun } from '../engine/store/index.ts';
import type { JsonObject } from '../json/json.ts';
import { ConfigurationError } from '../problem/errors.ts';
import { didYouMean } from '../problem/suggest.ts';
import type { Interrupted } from '../report/html/document.ts';
import { brokenOffWords, continueWords, lastHeard } from '../report/interrupted.ts';
import { resultOf } from '../report/runs.ts';
import type { CliContext } from './context.ts';
import type { BackendOptions, PlanOptions, SourceOptions } from './options.ts';
import { openProject, type ProjectContext } from './project.ts';

/** The request of a run and what it saw outside the store, as logged. */
export interface RunRequest extends PlanOptions, BackendOptions {
  readonly pipeline: string;
  /** The folder in which it was typed; file names are relative to it. */
  readonly directory: string;
  /** The environment variables that stages looked up for their keys; null if one was not set. Absent in logs of earlier versions. */
  readonly environment?: Readonly<Record<string, string | null>>;
}

/** The request of a logged run. */
export function requestOf({ request }: LoggedRun): RunRequest {
  return request as unknown as RunRequest;
}

/** The same, or a part of it, as plain data: for the log and for display. */
export function plainRequest(request: Partial<RunRequest>): JsonObject {
  return request as unknown as JsonObject;
}

/**
 * The run that a name stands for: `last`, `-1` (the last), `-2` (the one before), its name, its id or the beginning of it.
 * @param origin for messages. @throws ConfigurationError if there is none, or several.
 */
export function runNamed({ runs }: LocalStore, name: string, origin = name): LoggedRun {
  const found = findRun(runs, name);
  if (found) return found;
  const known = runs.list();
  if (known.length === 0) {
    const hint = 'run a pipeline first, or name one; if results are stored elsewhere, add --artifacts DIRECTORY';
    throw new ConfigurationError([{ message: 'There is no run here yet.', origin: { option: origin }, hint }]);
  }
  const begins = known.filter(({ id }) => id.startsWith(name));
  const hint =
    begins.length > 1
      ? `several ids begin with this: ${begins.map(({ id }) => id).join(', ')}`
      : (didYouMean(
          name,
          known.flatMap(({ id, request }) => [id, ...nameOf(request)]),
        ) ?? '`pipe runs` lists the runs');
  throw new ConfigurationError([{ message: `There is no run "${name}" here.`, origin: { option: origin }, hint }]);
}

/** @throws ConfigurationError if a name for a run could be confused with other names. */
export function checkName(name: string | undefined): void {
  if (name === undefined || /^[A-Za-z][\w.-]*$/u.test(name)) {
    if (name !== 'last') return;
  }
  const hint = 'letters, digits, ".", "-" and "_", beginning with a letter; "last" is the last run';
  const origin = { option: `--name ${name}`, column: 8, length: name!.length };
  throw new ConfigurationError([{ message: `A run cannot be named ${JSON.stringify(name)}.`, origin, hint }]);
}

/** The run that a name stands for; undefined if there is none, or several. */
export function findRun(runs: LocalStore['runs'], name: string): LoggedRun | undefined {
  const back = name === 'last' ? 1 : /^-[1-9]\d*$/u.test(name) ? -Number(name) : undefined;
  if (back !== undefined) return runs.list()[back - 1];
  const exact = runs.find(name);
  if (exact) return exact;
  const known = runs.list();
  const named = known.find(({ request }) => nameOf(request).includes(name));
  const begins = /^\d{8}/u.test(name) ? known.filter(({ id }) => id.startsWith(name)) : [];
  return named ?? (begins.length === 1 ? begins[0] : undefined);
}

function nameOf(request: JsonObject): readonly string[] {
  return typeof request['name'] === 'string' ? [request['name']] : [];
}

/** The result of a run: its final state or, if it is running or was killed, the state according to its events. */
export async function summaryOf(run: LoggedRun, store: LocalStore): Promise<RunSummary> {
  const result = resultOf(run);
  if (result) return result;
  const state = new RunState();
  replay(store.runs.events(run.id), state);
  const summary = state.summary();
  const stages = summary.stages.map(async (stage) => (stage.state === 'hit' ? withProvenance(stage, store) : stage));
  return { ...summary, run: run.id, stages: await Promise.all(stages) };
}

/** How a run was interrupted; undefined if it was not. */
export function interruptionOf(run: LoggedRun, { runs }: LocalStore): Interrupted | undefined {
  if (run.state === 'broken-off') {
    const heard = lastHeard(run, runs.events(run.id), runs.progress(run.id));
    const seconds = Math.max(0, Date.parse(heard) - Date.parse(run.started)) / 1000;
    return { seconds, words: brokenOffWords(run, heard) };
  }
  const result = resultOf(run);
  if (result?.outcome !== 'interrupted') return undefined;
  return { seconds: result.seconds, words: `The run was interrupted. ${continueWords(run)}` };
}

/** Lets a state hear the events of a log, each at the time that the log has for it. */
export function replay(events: readonly JsonObject[], state: RunState): void {
  for (const event of events) state.apply(event as unknown as RunEvent, Date.parse(String(event['at'])) / 1000);
}

/** The log leaves the provenance of a reused result to its record. */
async function withProvenance(stage: StageSummary, store: LocalStore): Promise<StageSummary> {
  const lookup = await store.find(stage.key ?? '');
  return lookup.state === 'miss' ? stage : { ...stage, provenance: lookup.record.provenance };
}

/**
 * The stages of a run that a name stands for: a stage, some of its variants, or the beginning of a key.
 * @throws ConfigurationError if there are none.
 */
export function stagesOfRun(
  { run, stages }: RunSummary,
  name: string,
  origin = name,
): readonly [StageSummary, ...StageSummary[]] {
  const [first, ...rest] = stages.filter((stage) => isMeant(name, stage) || isBeginning(name, stage.key));
  if (first) return [first, ...rest];
  const known = [...new Set(stages.map(({ stage }) => stage))];
  const hint = didYouMean(name, known) ?? `its stages are: ${known.join(', ')}`;
  const column = origin.indexOf(name) + 1;
  throw new ConfigurationError([
    { message: `Run ${run} has no stage "${name}".`, origin: { option: origin, column, length: name.length }, hint },
  ]);
}

/** Whether a text is the beginning of a key, and long enough to be one. */
export function isBeginning(text: string, key: string | undefined): boolean {
  return key !== undefined && /^[0-9a-f]{4,64}$/u.test(text) && key.startsWith(text);
}

/** The pipeline of a command, its settings, and its project. */
export interface PipelineSource {
  readonly pipeline: string;
  readonly options: SourceOptions;
  readonly project: ProjectContext;
  /** The run that it was taken from, if no pipeline was named. */
  readonly run?: LoggedRun;
}

/** The pipeline of a run: with its settings and then those given, in its project and with the outside facts that the run saw. */
async function sourceOf(run: LoggedRun, options: SourceOptions, context: CliContext): Promise<PipelineSource> {
  const { overlay, set, sweep, directory, environment = {}, pipeline } = requestOf(run);
  const seen = Object.entries(environment).map(([name, value]) => [name, value ?? undefined] as const);
  for (const [name, value] of seen) {
    if (context.environment[name] === value) continue;
    context.stderr.write(`${name} is taken as in run ${run.id}: ${value === undefined ? 'not set' : value}\n`);
  }
  const past = { ...context, directory, environment: { ...context.environment, ...Object.fromEntries(seen) } };
  return {
    pipeline,
    options: {
      overlay: [...overlay, ...options.overlay],
      set: [...set, ...options.set],
      sweep: [...sweep, ...options.sweep],
    },
    project: await openProject(past, pipeline),
    run,
  };
}

/**
 * The named pipeline, or that of the selected run, by default the last. @throws ConfigurationError if none was named and there is no run.
 */
export async function sourceNamed(
  pipeline: string | undefined,
  options: SourceOptions & { readonly run?: string },
  project: ProjectContext,
  store: LocalStore,
): Promise<PipelineSource> {
  if (pipeline !== undefined) return { pipeline, options, project };
  return sourceOf(runNamed(store, options.run ?? 'last', project.arguments.join(' ')), options, project);
}
