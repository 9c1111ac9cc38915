import type { LocalStore, RunSummary as LoggedRun } from '../engine/store/index.ts';
import type { JsonObject } from '../json/json.ts';
import { ConfigurationError } from '../problem/errors.ts';
import type { CliContext } from './context.ts';
import type { BackendOptions, PlanOptions, SourceOptions } from './options.ts';

/** What a run was asked to do, as its log keeps it. */
export interface RunRequest extends PlanOptions, BackendOptions {
  readonly pipeline: string;
  /** Against which the paths of the others are resolved. */
  readonly directory: string;
}

/** The request of a logged run. */
function requestOf(request: JsonObject): RunRequest {
  return request as unknown as RunRequest;
}

/** The same, or a part of it, as plain data: for the log, and to be said. */
export function plainRequest(request: Partial<RunRequest>): JsonObject {
  return request as unknown as JsonObject;
}

/** Which pipeline a command is about, read with which settings, seen from where. */
export interface Source {
  readonly pipeline: string;
  readonly options: SourceOptions;
  readonly context: CliContext;
}

/**
 * The pipeline that was named, or that of the last run: with its settings, then those given, seen from where it was started.
 * @param last another run than the last one, if that is meant.
 * @throws ConfigurationError where none was named and there is no run in the store.
 */
export function sourceNamed(
  pipeline: string | undefined,
  options: SourceOptions,
  context: CliContext,
  store: LocalStore,
  last: LoggedRun | undefined = store.runs.list()[0],
): Source {
  if (pipeline !== undefined) return { pipeline, options, context };
  if (!last) {
    throw new ConfigurationError([
      {
        message: 'There is no last run here whose pipeline could be meant.',
        origin: { option: context.arguments.join(' ') },
        hint: 'name the pipeline, or say with --artifacts where its results are kept',
      },
    ]);
  }
  const { overlay, set, sweep, directory, ...request } = requestOf(last.request);
  return {
    pipeline: request.pipeline,
    options: {
      overlay: [...overlay, ...options.overlay],
      set: [...withoutPaths(set, options.sweep), ...options.set],
      sweep: [...withoutPaths(sweep, [...options.set, ...options.sweep]), ...options.sweep],
    },
    context: { ...context, directory },
  };
}

/** The assignments `path=value` whose path none of the later ones has: what is given now takes the place of what was given then. */
function withoutPaths(earlier: readonly string[], later: readonly string[]): readonly string[] {
  const pathOf = (assignment: string) => assignment.split('=', 1)[0]!;
  const replaced = new Set(later.map(pathOf));
  return earlier.filter((assignment) => !replaced.has(pathOf(assignment)));
}
