import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { type Column, foldedTable } from './table.ts';
import { percent } from './units.ts';

/** What an evaluation says, as its stage writes it into its metrics. Accuracies in [0, 1]. */
export interface Evaluation {
  readonly images: string;
  readonly clean: number;
  /** Mean over the evaluated corruptions at severity 5; undefined where nothing was evaluated there. */
  readonly corrupted: number | undefined;
  /** Mean over CIFAR-10-C's fifteen benchmark corruptions at all severities; undefined unless all were evaluated. */
  readonly benchmark: number | undefined;
  /** By corruption, the mean over its severities. */
  readonly byCorruption: Readonly<Record<string, number>>;
  /** Corruptions left out, and why. */
  readonly notEvaluated: Readonly<Record<string, string>>;
}

/** Reads a stage's metrics as an evaluation; undefined where they are something else. */
export function evaluationOf(metrics: JsonObject): Evaluation | undefined {
  const clean = metrics['cleanAccuracy'];
  if (typeof clean !== 'number') return undefined;
  const share = (name: string) => numberOf(metrics[name] ?? null);
  return {
    images: typeof metrics['images'] === 'string' ? metrics['images'] : '',
    clean,
    corrupted: share('corruptedAccuracy'),
    benchmark: share('benchmarkAccuracy'),
    byCorruption: entriesOf(metrics['byCorruption'], numberOf),
    notEvaluated: entriesOf(metrics['notEvaluated'], (value) => (typeof value === 'string' ? value : undefined)),
  };
}

/** Accuracy of each evaluated model on clean images and on each corruption, side by side, as lines of at most `width`. */
export function robustnessTable(
  evaluations: readonly { readonly title: string; readonly evaluation: Evaluation }[],
  width: number,
): string[] {
  const columns = [
    { title: 'accuracy', align: 'left' } as const,
    // What tells the variants of a sweep apart goes into a line of its own: `evaluate-student`, `temperature=4`.
    ...evaluations.map(({ title }): Column => ({ title: title.replace(/\{(.*)\}$/u, '\n$1'), align: 'right' })),
  ];
  const row = (name: string, value: (evaluation: Evaluation) => number | undefined) => [
    name,
    ...evaluations.map(({ evaluation }) => shareWords(value(evaluation))),
  ];
  const corruptions = unique(evaluations.flatMap(({ evaluation }) => Object.keys(evaluation.byCorruption)));
  const rows = [row('clean', ({ clean }) => clean)];
  if (evaluations.some(({ evaluation }) => evaluation.corrupted !== undefined)) {
    rows.push(row(`corrupted, mean of ${corruptions.length} at severity 5`, ({ corrupted }) => corrupted));
  }
  if (evaluations.some(({ evaluation }) => evaluation.benchmark !== undefined)) {
    rows.push(row('benchmark, mean of 15 at 5 severities', ({ benchmark }) => benchmark));
  }
  for (const name of corruptions) rows.push(row(`  ${name}`, ({ byCorruption }) => byCorruption[name]));
  const notes = evaluations.flatMap(({ evaluation }) => [
    ...Object.entries(evaluation.notEvaluated).map(([name, reason]) => `not evaluated: ${name}: ${reason}`),
    evaluation.images === '' ? '' : `images: ${evaluation.images}`,
  ]);
  return [...foldedTable(columns, rows, width), ...unique(notes.filter((note) => note !== ''))];
}

/** One variant of a sweep: its values by path, and its evaluations by stage. */
export interface SweptVariant {
  readonly values: Readonly<Record<string, Json>>;
  readonly evaluations: Readonly<Record<string, Evaluation>>;
}

/** The swept values against clean and corrupted accuracy of every evaluation, a row per variant, as lines of at most `width`. */
export function sweepTable(paths: readonly string[], variants: readonly SweptVariant[], width: number): string[] {
  const stages = unique(variants.flatMap(({ evaluations }) => Object.keys(evaluations)));
  const columns: Column[] = [
    { title: paths.join(', '), align: 'right' },
    ...stages.flatMap((stage): Column[] => [
      { title: `${stage}\nclean`, align: 'right' },
      { title: `${stage}\ncorrupted`, align: 'right' },
    ]),
  ];
  const rows = variants.map(({ values, evaluations }) => [
    paths.map((path) => JSON.stringify(values[path])).join(', '),
    ...stages.flatMap((stage) => [shareWords(evaluations[stage]?.clean), shareWords(evaluations[stage]?.corrupted)]),
  ]);
  return foldedTable(columns, rows, width);
}

function shareWords(share: number | undefined): string {
  return share === undefined ? '–' : percent(share);
}

function numberOf(value: Json): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function entriesOf<Value>(
  json: Json | undefined,
  read: (value: Json) => Value | undefined,
): Readonly<Record<string, Value>> {
  if (!isJsonObject(json)) return {};
  const entries = Object.entries(json).map(([name, value]) => [name, read(value)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Value] => entry[1] !== undefined));
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
