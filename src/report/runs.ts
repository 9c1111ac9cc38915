import type { RunSummary } from '../engine/index.ts';
import type { LoggedRun } from '../engine/store/index.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { failureLines } from './failure.ts';
import { plainPalette } from './palette.ts';
import { summaryText } from './summary.ts';
import { wrappedTable } from './tables/text-table.ts';
import { duration, moment } from './units.ts';

/** The runs, one per line. */
export function runsText(runs: readonly LoggedRun[], width: number = Number.POSITIVE_INFINITY): string {
  if (runs.length === 0) return 'no runs yet\n';
  const rows = runs.map((run) => {
    const result = resultOf(run);
    const counts = result ? [result.ran, result.hits, result.failed].map(String) : ['', '', ''];
    return [
      run.id,
      moment(run.started),
      outcomeOf(run),
      ...counts,
      result ? duration(result.seconds) : '',
      [...labelsOf(run), commandOf(run.request)].join('  '),
    ];
  });
  const lines = wrappedTable(
    [
      { title: 'run', align: 'left' },
      { title: 'started', align: 'left' },
      { title: 'outcome', align: 'left' },
      { title: 'ran', align: 'right' },
      { title: 'reused', align: 'right' },
      { title: 'failed', align: 'right' },
      { title: 'took', align: 'right' },
      { title: 'of', align: 'left' },
    ],
    rows,
    width,
  );
  return `${lines.join('\n')}\n`;
}

/** Everything stored about a run: its request, its errors, and its summary. */
export function runText(run: LoggedRun, events: readonly JsonObject[], width: number): string {
  const result = resultOf(run);
  const { note } = run.request;
  const head = [
    `run ${run.id}, started ${moment(run.started)}: ${outcomeOf(run)}`,
    `pipe run ${commandOf(run.request)}`,
    ...(labelsOf(run).length > 0 ? [labelsOf(run).join('  ')] : []),
    ...(typeof note === 'string' ? [note] : []),
    '',
  ].join('\n');
  const failures = events.filter(isFailure).map((event) => `${failureLines(event, plainPalette)}\n`);
  return [head, ...failures, ...(result ? [summaryText(result, width)] : [])].join('\n');
}

/** A run as the object that `--json` prints. */
export function runJson(run: LoggedRun): JsonObject {
  const { id, started, request } = run;
  const result = resultOf(run);
  return {
    id,
    started,
    outcome: outcomeOf(run),
    request,
    ...(result && { hits: result.hits, ran: result.ran, failed: result.failed, skipped: result.skipped }),
    seconds: result?.seconds ?? null,
  };
}

/** The name of a run and its tags, with different prefixes: `baseline`, `#paper`. */
function labelsOf({ request: { name, tag } }: LoggedRun): readonly string[] {
  return [...(typeof name === 'string' ? [name] : []), ...tagsOf(tag).map((each) => `#${each}`)];
}

function tagsOf(tag: Json | undefined): readonly string[] {
  return Array.isArray(tag) ? tag.map(String) : [];
}

/** A filter for runs; all given parts must match. */
export interface RunFilter {
  /** A part of the name. */
  readonly name?: string;
  /** Every one of these. */
  readonly tag: readonly string[];
  /** A part of the command: the pipeline, a setting. */
  readonly of?: string;
  readonly outcome?: string;
}

/** Whether a run matches a filter. */
export function fits(run: LoggedRun, { name, tag, of, outcome }: RunFilter): boolean {
  const { request } = run;
  const [tags, named] = [tagsOf(request['tag']), request['name']];
  return (
    tag.every((each) => tags.includes(each)) &&
    (name === undefined || (typeof named === 'string' && named.includes(name))) &&
    (of === undefined || commandOf(request).includes(of)) &&
    (outcome === undefined || outcomeOf(run) === outcome)
  );
}

function outcomeOf(run: LoggedRun): string {
  return resultOf(run)?.outcome ?? run.state;
}

/** What `pipe run` stores as the result of a run. */
export function resultOf({ result }: LoggedRun): RunSummary | undefined {
  const summary = result as RunSummary | undefined;
  // Earlier versions did not store the names of files.
  return summary && { ...summary, stages: summary.stages.map((stage) => ({ ...stage, files: stage.files ?? {} })) };
}

/** The pipeline and the options for its settings, as they can be typed in a shell. */
export function commandOf(request: JsonObject): string {
  const texts = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
  const options = ['overlay', 'set', 'sweep', 'target', 'force'].flatMap((name) =>
    texts(request[name]).map((value) => `--${name} ${shellWord(value)}`),
  );
  return [shellWord(String(request['pipeline'])), ...options].join(' ');
}

/** A word of a command, in quotes if a shell would change it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function isFailure(event: JsonObject): event is JsonObject & Parameters<typeof failureLines>[0] {
  return event['type'] === 'stage-failed';
}
