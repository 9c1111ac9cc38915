import type { JsonObject } from '../json/json.ts';
import type { ComparedModel, RepeatedModel } from './repetition.ts';
import type { Evaluation } from './robustness.ts';
import { type Estimate, estimate, type PairedDifference, pairedDifference } from './statistics.ts';
import { type Column, foldedTable } from './table.ts';

const measures = [
  { name: 'clean', words: 'clean', of: ({ clean }: Evaluation) => clean },
  { name: 'corrupted', words: 'corrupted (severity 5)', of: ({ corrupted }: Evaluation) => corrupted },
  { name: 'benchmark', words: 'benchmark (15 x 5)', of: ({ benchmark }: Evaluation) => benchmark },
] as const;

type Measure = (typeof measures)[number];

/** Every model's accuracies, mean and standard error, and how much it exceeds the one it is compared against. */
export function comparisonText(over: string, models: readonly ComparedModel[], width: number): string {
  const values = [...new Set(models.flatMap(({ repetitions }) => [...repetitions.keys()]))];
  const shown = measures.filter((measure) => models.some((model) => samples(model, measure).length > 0));
  const compared = models.filter(({ against }) => against !== undefined);
  const means = foldedTable(
    [left('accuracy, %'), right('n'), ...shown.map(({ words }) => right(words))],
    models.map((model) => [
      model.name,
      String(nodesOf(model)),
      ...shown.map((measure) => estimateWords(estimateOf(model, measure))),
    ]),
    width,
  );
  const differences = foldedTable(
    [left('difference, points'), right('n'), ...shown.flatMap(({ words }) => [right(words), right('t'), right('p')])],
    compared.map((model) => {
      const found = shown.map((measure) => differenceOf(model, measure));
      const count = Math.max(0, ...found.map((difference) => difference?.count ?? 0));
      return [model.name, String(count), ...found.flatMap(differenceCells)];
    }),
    width,
  );
  const baseline = models.find(({ against }) => against === undefined)?.name;
  return [
    `over ${over} = ${values.map((value) => JSON.stringify(value)).join(', ')}; ± is the standard error of the mean`,
    '',
    ...means,
    ...(compared.length > 0
      ? ['', `each minus ${baseline}, in the same repetition; p of the two-sided paired t-test`, '', ...differences]
      : []),
    '',
  ].join('\n');
}

/** The same as the object that `--json` prints; accuracies in [0, 1], what cannot be told is null. */
export function comparisonJson(over: string, models: readonly ComparedModel[]): JsonObject {
  return {
    over,
    models: models.map((model) => ({
      model: model.name,
      against: model.against?.name ?? null,
      measures: Object.fromEntries(
        measures.flatMap((measure) => {
          const found = estimateOf(model, measure);
          return found ? [[measure.name, { ...numbers(found), difference: differenceJson(model, measure) }]] : [];
        }),
      ),
    })),
  };
}

/** One value per measurement: a node that repetitions share counts once. */
function samples({ repetitions }: RepeatedModel, { of }: Measure): readonly number[] {
  const byNode = new Map([...repetitions.values()].map(({ node, evaluation }) => [node, of(evaluation)]));
  return [...byNode.values()].filter((value) => value !== undefined);
}

function nodesOf({ repetitions }: RepeatedModel): number {
  return new Set([...repetitions.values()].map(({ node }) => node)).size;
}

function estimateOf(model: RepeatedModel, measure: Measure): Estimate | undefined {
  const values = samples(model, measure);
  return values.length > 0 ? estimate(values) : undefined;
}

/** Over the repetitions that both have; undefined where one of them is the same measurement in several. */
function differenceOf(model: ComparedModel, measure: Measure): PairedDifference | undefined {
  const { against } = model;
  if (!against || nodesOf(model) < model.repetitions.size || nodesOf(against) < against.repetitions.size) {
    return undefined;
  }
  const pairs = [...model.repetitions].flatMap(([value, { evaluation }]) => {
    const other = against.repetitions.get(value);
    const [a, b] = [measure.of(evaluation), other && measure.of(other.evaluation)];
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
  return pairs.length > 0 ? pairedDifference(pairs) : undefined;
}

function differenceJson(model: ComparedModel, measure: Measure): JsonObject | null {
  const found = differenceOf(model, measure);
  return found ? { ...numbers(found), t: found.t ?? null, p: found.p ?? null } : null;
}

function numbers({ count, mean, standardError }: Estimate): JsonObject {
  return { count, mean, standardError: standardError ?? null };
}

function estimateWords(found: Estimate | undefined): string {
  if (!found) return '–';
  const error = found.standardError;
  return `${points(found.mean)}${error === undefined ? '' : ` ± ${points(error)}`}`;
}

function differenceCells(found: PairedDifference | undefined): readonly string[] {
  if (!found) return ['–', '–', '–'];
  const { mean, t, p } = found;
  return [
    `${mean > 0 ? '+' : ''}${estimateWords(found)}`,
    t === undefined ? '–' : t.toFixed(1),
    p === undefined ? '–' : p < 0.001 ? '< .001' : p.toFixed(3).replace(/^0/u, ''),
  ];
}

function points(share: number): string {
  return (100 * share).toFixed(2);
}

function left(title: string): Column {
  return { title, align: 'left' };
}

function right(title: string): Column {
  return { title, align: 'right' };
}
