import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { type Column, table } from './table.ts';
import { percent } from './units.ts';

/** What an evaluation says, as its stage writes it into its metrics. Accuracies in [0, 1]. */
export interface Evaluation {
  readonly images: string;
  readonly clean: number;
  /** Mean over corruptions and severities; undefined where nothing corrupted was evaluated. */
  readonly corrupted: number | undefined;
  /** By corruption, the mean over its severities. */
  readonly byCorruption: Readonly<Record<string, number>>;
  /** Corruptions left out, and why. */
  readonly notEvaluated: Readonly<Record<string, string>>;
}

/** Reads a stage's metrics as an evaluation; undefined where they are something else. */
export function evaluationOf(metrics: JsonObject): Evaluation | undefined {
  const clean = metrics['cleanAccuracy'];
  if (typeof clean !== 'number') return undefined;
  const corrupted = metrics['corruptedAccuracy'];
  return {
    images: typeof metrics['images'] === 'string' ? metrics['images'] : '',
    clean,
    corrupted: typeof corrupted === 'number' ? corrupted : undefined,
    byCorruption: entriesOf(metrics['byCorruption'], (value) => (typeof value === 'number' ? value : undefined)),
    notEvaluated: entriesOf(metrics['notEvaluated'], (value) => (typeof value === 'string' ? value : undefined)),
  };
}

/** Accuracy of each evaluated model on clean images and on each corruption, side by side, as lines. */
export function robustnessTable(
  evaluations: readonly { readonly title: string; readonly evaluation: Evaluation }[],
): string[] {
  const columns: Column[] = [
    { title: 'accuracy', align: 'left' },
    ...evaluations.map(({ title }): Column => ({ title, align: 'right' })),
  ];
  const row = (name: string, value: (evaluation: Evaluation) => number | undefined) => [
    name,
    ...evaluations.map(({ evaluation }) => {
      const share = value(evaluation);
      return share === undefined ? '–' : percent(share);
    }),
  ];
  const corruptions = unique(evaluations.flatMap(({ evaluation }) => Object.keys(evaluation.byCorruption)));
  const rows = [row('clean', (evaluation) => evaluation.clean)];
  if (corruptions.length > 0) {
    rows.push(row(`corrupted, mean of ${corruptions.length}`, (evaluation) => evaluation.corrupted));
    for (const name of corruptions) rows.push(row(`  ${name}`, (evaluation) => evaluation.byCorruption[name]));
  }
  const notes = evaluations.flatMap(({ evaluation }) => [
    ...Object.entries(evaluation.notEvaluated).map(([name, reason]) => `${name}: not evaluated: ${reason}`),
    evaluation.images,
  ]);
  return [...table(columns, rows), ...unique(notes.filter((note) => note !== ''))];
}

/** The swept values against clean and corrupted accuracy of every evaluation, a row per variant, as lines. */
export function sweepTable(
  paths: readonly string[],
  variants: readonly {
    readonly values: Readonly<Record<string, Json>>;
    readonly evaluations: Readonly<Record<string, Evaluation>>;
  }[],
): string[] {
  const stages = unique(variants.flatMap((variant) => Object.keys(variant.evaluations)));
  const columns: Column[] = [
    ...paths.map((path): Column => ({ title: path, align: 'right' })),
    ...stages.flatMap((stage): Column[] => [
      { title: `${stage} clean`, align: 'right' },
      { title: 'corrupted', align: 'right' },
    ]),
  ];
  const share = (value: number | undefined) => (value === undefined ? '–' : percent(value));
  const rows = variants.map((variant) => [
    ...paths.map((path) => JSON.stringify(variant.values[path])),
    ...stages.flatMap((stage) => [
      share(variant.evaluations[stage]?.clean),
      share(variant.evaluations[stage]?.corrupted),
    ]),
  ]);
  return table(columns, rows);
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
