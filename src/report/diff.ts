import type { Curve, StageRecord, StageSummary } from '../engine/index.ts';
import { changedFields, type Fields, fieldsOf } from '../engine/plan/changes.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { changeWords, fromToWords } from './reason.ts';
import { hasResult } from './results/experiment.ts';
import { plainWords } from './results/numbers.ts';
import { stateWords } from './summary.ts';
import { table } from './tables/text-table.ts';
import { duration } from './units.ts';

/** One of two results to compare. */
export interface DiffedResult {
  /** Its name, as typed or derived. */
  readonly name: string;
  readonly record: StageRecord;
  readonly curves: ReadonlyMap<string, Curve>;
}

/** A value that differs between the two; undefined if one has none. */
export interface Difference {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The differences between two results, by category. Empty lists if there are none. */
export interface ResultDiff {
  readonly settings: readonly Difference[];
  readonly inputs: readonly Difference[];
  readonly metrics: readonly Difference[];
  /** The last, the lowest and the highest value of each curve. */
  readonly curves: readonly Difference[];
  readonly outputs: readonly Difference[];
  readonly code: readonly Difference[];
  readonly machine: readonly Difference[];
}

/** Compares two results field by field. */
export function resultDiff(a: DiffedResult, b: DiffedResult): ResultDiff {
  const [before, after] = [a.record, b.record];
  const parts = (pick: (record: StageRecord) => JsonObject) =>
    differences(fieldsOf(pick(before)), fieldsOf(pick(after)));
  return {
    settings: parts(({ material, provenance }) => ({
      uses: material['uses'] ?? null,
      version: material['version'] ?? null,
      with: provenance['config'] ?? material['config'] ?? {},
      facts: material['facts'] ?? {},
    })),
    inputs: parts(({ material }) => ({ input: material['inputs'] ?? {} })),
    metrics: parts(({ metrics }) => metrics),
    curves: differences(curveFields(a.curves), curveFields(b.curves)),
    outputs: parts(({ outputs }) =>
      Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest])),
    ),
    code: parts(({ provenance }) => objectOf(provenance['origin'])),
    machine: parts(({ provenance }) => objectOf(provenance['ranOn'])),
  };
}

function differences(before: Fields, after: Fields): readonly Difference[] {
  return changedFields(before, after).map((field) => ({ field, before: before.get(field), after: after.get(field) }));
}

function curveFields(curves: ReadonlyMap<string, Curve>): Fields {
  return new Map(
    [...curves].flatMap(([name, { steps, values }]): [string, string][] => {
      const numbers = values.filter((value) => value !== null);
      if (numbers.length === 0) return [];
      const [last, low, high] = [numbers.at(-1)!, Math.min(...numbers), Math.max(...numbers)];
      return [
        [`${name} at the end`, `${precise(last)} (step ${steps.at(-1)})`],
        [`${name}, lowest to highest`, `${precise(low)} to ${precise(high)}`],
      ];
    }),
  );
}

/** With more digits than elsewhere, because what is compared may be close; with the minus of the metrics next to it, which is JSON's. */
function precise(value: number): string {
  return plainWords(value, 6).replaceAll('−', '-');
}

function objectOf(json: Json | undefined): JsonObject {
  return isJsonObject(json) ? json : {};
}

const titles: Readonly<Record<keyof ResultDiff, string>> = {
  settings: 'settings',
  inputs: 'inputs',
  metrics: 'metrics',
  curves: 'curves',
  outputs: 'outputs',
  code: 'code',
  machine: 'machine',
};

/** The differences between two results, as text: a section per category. */
export function resultDiffText(a: DiffedResult, b: DiffedResult): string {
  const diff = resultDiff(a, b);
  const heads = [a, b].map(({ name, record }, at) => {
    const { stage, pipeline, run } = record.provenance;
    const of = `${stage} of ${pipeline}, run ${run}, key ${record.key.slice(0, 12)}, took ${duration(record.seconds)}`;
    return `${at === 0 ? '-' : '+'} ${name}: ${of}`;
  });
  const sections = sectionsOf(diff);
  const same = Object.entries(titles).flatMap(([part, title]) =>
    diff[part as keyof ResultDiff].length === 0 ? title : [],
  );
  return `${[heads.join('\n'), ...sections, ...(same.length > 0 ? [`the same: ${same.join(', ')}`] : [])].join('\n\n')}\n`;
}

function sectionsOf(diff: ResultDiff): readonly string[] {
  return Object.entries(titles).flatMap(([part, title]) => {
    const lines = diff[part as keyof ResultDiff].map(wordsOf[part as keyof ResultDiff] ?? fromToWords);
    return lines.length > 0 ? [[title, ...lines.map((line) => `  ${line}`)].join('\n')] : [];
  });
}

/** Only settings and inputs have the fields of key material; anything else has the names that its stage gave. */
const wordsOf: Partial<Readonly<Record<keyof ResultDiff, (difference: Difference) => string>>> = {
  settings: changeWords,
  inputs: changeWords,
  metrics: metricWords,
};

function metricWords(difference: Difference): string {
  const [before, after] = [Number(difference.before), Number(difference.after)];
  const by = after - before;
  const words = fromToWords(difference);
  return Number.isFinite(by) ? `${words} (${by > 0 ? '+' : ''}${precise(by)})` : words;
}

/** The result of one stage in each of two runs. */
export interface StagePair {
  readonly id: string;
  readonly before: StageSummary | undefined;
  readonly after: StageSummary | undefined;
  /** Present if both have a result and these differ. */
  readonly diff: ResultDiff | undefined;
}

/** Two runs, stage by stage, as text. @param heads a line for each run. @param asked the differences of their requests. */
export function runDiffText(
  heads: readonly [string, string],
  asked: readonly Difference[],
  pairs: readonly StagePair[],
): string {
  const rows = pairs.map(({ id, before, after, diff }) => [
    id,
    stateWordsOf(before),
    stateWordsOf(after),
    pairWords({ before, after, diff }),
  ]);
  const columns = ['stage', '-', '+', 'results'].map((title) => ({ title, align: 'left' as const }));
  const details = pairs.flatMap(({ id, diff }) => (diff ? [[id, ...sectionsOf(diff)].join('\n')] : []));
  const sections = [
    `- ${heads[0]}\n+ ${heads[1]}`,
    ...(asked.length > 0 ? [['asked', ...asked.map((each) => `  ${askedWords(each)}`)].join('\n')] : []),
    table(columns, rows).join('\n'),
    ...details,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** A request has what stages looked up in the environment, as their facts have it. */
function askedWords(asked: Difference): string {
  return asked.field.startsWith('environment.')
    ? changeWords({ ...asked, field: `facts.${asked.field}` })
    : fromToWords(asked);
}

function stateWordsOf(stage: StageSummary | undefined): string {
  return stage ? stateWords[stage.state] : '–';
}

function pairWords({ before, after, diff }: Omit<StagePair, 'id'>): string {
  if (!before || !after) return before ? 'only in -' : 'only in +';
  if (!hasResult(before) || !hasResult(after)) return 'no result to compare';
  if (before.key === after.key) return 'the same';
  const parts = Object.entries(titles).flatMap(([part, title]) =>
    diff && diff[part as keyof ResultDiff].length > 0 ? title : [],
  );
  return `differ in ${parts.join(', ')}`;
}

/** The differences between the requests of two runs. */
export function requestDiff(before: JsonObject, after: JsonObject): readonly Difference[] {
  return differences(fieldsOf({ '': before }), fieldsOf({ '': after })).map((each) => ({
    ...each,
    field: each.field.slice(1),
  }));
}

/** The differences between results as the object that `--json` prints. */
export function diffJson(diff: ResultDiff): JsonObject {
  const list = (differing: readonly Difference[]) =>
    differing.map(({ field, before, after }) => ({ field, before: before ?? null, after: after ?? null }));
  return Object.fromEntries(
    Object.entries(diff).map(([part, differing]) => [part, list(differing as readonly Difference[])]),
  );
}
