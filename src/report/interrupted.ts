import type { LoggedRun } from '../engine/store/index.ts';
import { isJsonObject, type JsonObject } from '../json/json.ts';
import { commandOf, shellWord } from './runs.ts';
import { moment } from './units.ts';

/** When a run last wrote something into its log, in ISO 8601: an event, or the progress of a stage. */
export function lastHeard(run: LoggedRun, events: readonly JsonObject[], progress: JsonObject | undefined): string {
  const times = [
    Date.parse(run.started),
    ...events.map(({ at }) => Date.parse(String(at))),
    ...Object.values(progress ?? {}).map((note) => 1000 * Number(isJsonObject(note) ? note['at'] : Number.NaN)),
  ];
  return new Date(Math.max(...times.filter(Number.isFinite))).toISOString();
}

/** That the process of a run ended before the run, when it was last heard of, and how to continue. */
export function brokenOffWords(run: LoggedRun, heard: string): string {
  return `The run was interrupted: its process ended before the run was finished. It was last heard of at ${moment(heard)}. ${continueWords(run)}`;
}

/** How to continue a run that did not finish. */
export function continueWords({ request }: LoggedRun): string {
  const { artifacts } = request;
  const store = typeof artifacts === 'string' ? ` --artifacts ${shellWord(artifacts)}` : '';
  return `To continue, type \`pipe run ${commandOf(request)}${store}\`: it reuses what is done, and stages with checkpoints continue from the last one.`;
}
