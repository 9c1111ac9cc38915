import { readCurves } from '../../engine/run/curves.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import type { Spec } from '../drawing/draw.ts';
import { shortened } from '../drawing/text-width.ts';
import { light as c } from '../drawing/theme.ts';
import { type Measure, scaleOf, unitOf } from '../results/measure.ts';
import { capital, list, repetitionWord } from '../results/names.ts';
import { dash, estimateWords } from '../results/numbers.ts';
import { estimate } from '../statistics/estimate.ts';
import { type DataCell, type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { around, type Figure, inWidths, rows } from './figure.ts';
import { drawnWords, type ModelRole } from './roles.ts';

/** The curves of one model: a list of points for each repetition. */
export interface Learned {
  readonly name: string;
  readonly role: ModelRole;
  /** By repetition. */
  readonly histories: readonly (readonly JsonObject[])[];
}

/** Longer curves are thinned to about this many points in drawings. */
const mostPoints = 120;

interface Series {
  readonly key: string;
  readonly word: string;
  readonly unit: Measure['unit'];
  readonly dash: readonly number[];
}

/**
 * The points of a training: a list of objects of numbers, as a training stage writes one after each epoch, or the curves that a stage
 * reported at its steps. Undefined if an output has another content.
 */
export function historyIn(json: Json): readonly JsonObject[] | undefined {
  if (isJsonObject(json)) return isJsonObject(json['curves']) ? reportedCurves(json) : undefined;
  if (!Array.isArray(json) || json.length === 0) return undefined;
  const isPoint = (value: Json): value is JsonObject =>
    isJsonObject(value) && Object.values(value).some((each) => typeof each === 'number');
  return json.every(isPoint) ? json : undefined;
}

function reportedCurves(json: JsonObject): readonly JsonObject[] | undefined {
  const points = new Map<number, Record<string, Json>>();
  for (const [name, { steps, values }] of readCurves(JSON.stringify(json))) {
    steps.forEach((step, at) => {
      const point = points.get(step) ?? { step };
      points.set(step, point);
      point[name] = values[at] ?? null;
    });
  }
  return points.size > 0 ? [...points.values()].sort((a, b) => Number(a['step']) - Number(b['step'])) : undefined;
}

/**
 * Learning curves of some models on common axes, one panel each; undefined if there is none.
 * @param about over what they are repeated, how many models have curves, and what the drawn ones are the best by.
 */
export function curvesFigure(
  learned: readonly Learned[],
  {
    over,
    count,
    goal,
  }: { readonly over: string | undefined; readonly count: number; readonly goal: string | undefined },
): Figure | undefined {
  const first = learned[0]?.histories[0]?.[0];
  if (!first) return undefined;
  const measured = measureIn(learned);
  if (!measured) return undefined;
  const { name, series } = measured;
  const shown = learned.flatMap((model) => {
    const points = pointsOf(model, series);
    return points.length > 0 ? [{ ...model, points, means: meansOf(points) }] : [];
  });
  if (shown.length === 0) return undefined;
  const counts = shown.map(({ histories }) => histories.length);
  const [fewest, n] = [Math.min(...counts), Math.max(...counts)];
  const repeated = n > 1;
  return {
    id: 'curves',
    title: `Learning curves: ${name}${series.every(isPercent) ? ', %' : ''}`,
    say: [
      `${capital(list(series.map(({ word }) => word)))} after each ${stepWord(first)}.`,
      ...oddWords(shown, series),
      ...(count > shown.length ? [choiceWords(shown.length, count, goal)] : []),
    ],
    how: repeated
      ? `n = ${fewest === n ? n : `${fewest} to ${n}`} ${repetitionWord({ over })}: thin lines are single repetitions, thick ones their mean. All panels share their axes.`
      : 'One repetition. All panels share their axes.',
    legend: [
      ...(series.length > 1
        ? ([
            ['thick', series[1]!.word],
            ['dashed', series[0]!.word],
          ] as const)
        : ([['thick', series[0]!.word]] as const)),
      ...(repeated ? ([['thin', 'single repetitions']] as const) : []),
    ],
    drawing: inWidths((isWide) => drawCurves(shown, series, stepWord(first), isWide)),
    label: `${name} of ${shown.map((model) => `${model.name}, at the end ${lastWords(model.means, series)}`).join('; ')}`,
    caption: 'Axes fit the data, and do not begin at 0.',
    table: tableOf(shown, series, stepWord(first)),
  };
}

function choiceWords(shown: number, count: number, goal: string | undefined): string {
  const how =
    goal === undefined ? 'the first of the pipeline' : `those of the best by ${goal}, with their teacher and baseline`;
  return `Of ${count} models with curves, ${shown} are drawn: ${how}. --tables writes the curves of all, with every metric.`;
}

/** The curves of all models with every metric, also those that the figure does not draw. */
export function curvesTable(learned: readonly Learned[]): DataTable {
  const points = learned.flatMap(({ histories }) => histories.flatMap((history) => [...history]));
  const keys = [
    ...new Set(points.flatMap((point) => Object.keys(point).filter((key) => typeof point[key] === 'number'))),
  ];
  const series = keys
    .filter((key) => !isPosition(key))
    .map((key) => {
      const unit = unitOf(key, valuesUnder(learned, key));
      return { key, word: isPercent({ unit }) ? `${key}, %` : key, unit, dash: [] };
    });
  const steps = [...new Set(learned.map(({ histories }) => stepWord(histories[0]![0]!)))];
  const shown = learned.map((model) => {
    const points = pointsOf(model, series);
    return { ...model, points, means: meansOf(points) };
  });
  return tableOf(shown, series, steps.length === 1 ? steps[0]! : 'step');
}

function lastWords(means: readonly CurveMean[], series: readonly Series[]): string {
  return series
    .flatMap(({ key, word, unit }) => {
      const last = means.filter((each) => each.key === key).at(-1);
      return last ? [`${word} ${drawnWords(last.mean, { unit })}`] : [];
    })
    .join(', ');
}

/** The name that a training stage uses for the position of a point. */
function stepWord(point: JsonObject): string {
  return ['epoch', 'step', 'iteration'].find((name) => typeof point[name] === 'number') ?? 'epoch';
}

/** Shown in percent. */
function isPercent({ unit }: Pick<Series, 'unit'>): boolean {
  return unit !== 'number';
}

function valuesUnder(learned: readonly Learned[], key: string): readonly number[] {
  return learned.flatMap(({ histories }) =>
    histories.flat().flatMap((point) => {
      const value = point[key];
      return typeof value === 'number' && Number.isFinite(value) ? [value] : [];
    }),
  );
}

/** How many points are left out because they are no finite numbers. */
function oddWords(shown: readonly Learned[], series: readonly Series[]): readonly string[] {
  const points = shown.flatMap(({ histories }) => histories.flat());
  const odd = points.filter((point) =>
    series.some(({ key }) => key in point && !(typeof point[key] === 'number' && Number.isFinite(point[key]))),
  ).length;
  return odd === 0 ? [] : [`${odd} of ${points.length} points are not finite numbers, and are left out.`];
}

function isPosition(key: string): boolean {
  return key === 'epoch' || key === 'step' || key === 'iteration';
}

/** Accuracy if there is one, otherwise loss, otherwise the first number; with its value on held-out images, if there is one. */
function measureIn(
  learned: readonly Learned[],
): { readonly name: string; readonly series: readonly Series[] } | undefined {
  const keys = [
    ...new Set(learned.flatMap(({ histories }) => histories.flatMap((history) => Object.keys(history[0] ?? {})))),
  ];
  const plain = keys.filter((key) => !key.startsWith('val_') && !isPosition(key));
  const key = plain.find((each) => /accuracy$/iu.test(each)) ?? plain.find((each) => /loss$/iu.test(each)) ?? plain[0];
  if (key === undefined) return undefined;
  const held = keys.includes(`val_${key}`);
  const unit = unitOf(key, [...valuesUnder(learned, key), ...valuesUnder(learned, `val_${key}`)]);
  return {
    name: key,
    series: held
      ? [
          { key, word: 'training', unit, dash: [4, 3] },
          { key: `val_${key}`, word: 'held out', unit, dash: [1, 0] },
        ]
      : [{ key, word: key, unit, dash: [1, 0] }],
  };
}

interface CurvePoint {
  readonly repetition: number;
  readonly key: string;
  readonly at: number;
  readonly value: number;
}

interface CurveMean {
  readonly key: string;
  readonly at: number;
  readonly mean: number;
  readonly error: number | undefined;
  readonly count: number;
}

function pointsOf({ histories }: Learned, series: readonly Series[]): readonly CurvePoint[] {
  return histories.flatMap((history, repetition) =>
    history.flatMap((point, index) =>
      series.flatMap(({ key, unit }) => {
        const value = point[key];
        const step = point[stepWord(point)];
        return typeof value === 'number' && Number.isFinite(value)
          ? [{ repetition, key, at: typeof step === 'number' ? step : index + 1, value: scaleOf({ unit }) * value }]
          : [];
      }),
    ),
  );
}

function meansOf(points: readonly CurvePoint[]): readonly CurveMean[] {
  const groups = new Map<string, { key: string; at: number; values: number[] }>();
  for (const { key, at, value } of points) {
    const group = groups.get(`${key} ${at}`) ?? { key, at, values: [] };
    groups.set(`${key} ${at}`, group);
    group.values.push(value);
  }
  return [...groups.values()].map(({ key, at, values }) => {
    const { mean, standardError, count } = estimate(values);
    return { key, at, mean, error: standardError, count };
  });
}

interface Shown extends Learned {
  readonly points: readonly CurvePoint[];
  readonly means: readonly CurveMean[];
}

function drawCurves(shown: readonly Shown[], series: readonly Series[], step: string, isWide: boolean): Spec {
  const thinned = <P extends { readonly at: number }>(points: readonly P[]) => {
    const steps = [...new Set(points.map(({ at }) => at))].sort((a, b) => a - b);
    const every = Math.max(1, Math.ceil(steps.length / mostPoints));
    const kept = new Set(steps.filter((at, index) => index % every === 0 || at === steps.at(-1)));
    return points.filter(({ at }) => kept.has(at));
  };
  const all = shown.flatMap(({ points }) => points);
  const x = {
    field: 'at',
    type: 'quantitative',
    scale: {
      domain: around(
        all.map(({ at }) => at),
        0.02,
      ),
      nice: false,
      zero: false,
    },
    axis: { tickCount: 4, tickMinStep: 1, grid: false, title: step },
  };
  const yDomain = around(all.map(({ value }) => value));
  const dash = {
    field: 'key',
    type: 'nominal',
    scale: { domain: series.map(({ key }) => key), range: series.map((each) => each.dash) },
    legend: null,
  };
  const columns = isWide ? Math.min(3, shown.length) : 1;
  const panel = ({ name, role, points, means, histories }: Shown, at: number): Spec => {
    const y = (field: string) => ({
      field,
      type: 'quantitative',
      scale: { domain: yDomain, nice: false, zero: false },
      axis: { tickCount: 5, title: null, labels: !isWide || at % columns === 0 },
    });
    return {
      title: { text: shortened(name, isWide ? 190 : 290, 13), color: c[role] },
      width: isWide ? [520, 310, 196][columns - 1]! : 290,
      height: isWide ? 180 : 130,
      layer: [
        ...(histories.length > 1
          ? [
              {
                ...rows(thinned(points)),
                mark: { type: 'line', strokeWidth: 0.8, opacity: 0.45, color: c[role] },
                encoding: { x, y: y('value'), detail: { field: 'repetition' }, strokeDash: dash },
              },
            ]
          : []),
        {
          ...rows(thinned(means)),
          name: `data-mean-${at}`,
          mark: { type: 'line', strokeWidth: 2.4, color: c[role] },
          encoding: { x, y: y('mean'), strokeDash: dash },
        },
        // A line needs two points.
        ...(means.length <= series.length
          ? [
              {
                ...rows(means),
                mark: { type: 'point', filled: true, size: 40, fill: c[role], stroke: null },
                encoding: { x, y: y('mean') },
              },
            ]
          : []),
      ],
    };
  };
  const specs = shown.map(panel);
  if (specs.length === 1) return specs[0]!;
  return { concat: specs, columns, spacing: { row: 18, column: 16 } };
}

function tableOf(shown: readonly Shown[], series: readonly Series[], step: string): DataTable {
  const csv = (each: Series) => (isPercent(each) ? `${each.key}_percent` : each.key);
  const areShares = series.every(isPercent);
  return {
    name: 'curves',
    caption: `Learning curves, mean over repetitions${areShares ? ', %' : ''}`,
    columns: [
      textColumn('model', 'model'),
      numberColumn(step, step),
      ...series.map((each) => numberColumn(each.word, csv(each), `${csv(each)}_standard_error`, `${each.key}_n`)),
    ],
    rows: shown.flatMap(({ name, means }) => {
      const byStep = new Map<number, Map<string, CurveMean>>();
      for (const mean of means) byStep.set(mean.at, (byStep.get(mean.at) ?? new Map()).set(mean.key, mean));
      return [...byStep]
        .sort(([a], [b]) => a - b)
        .map(([at, found]) => ({
          cells: [
            textCell(name),
            numberCell(String(at), at),
            ...series.map((each) => meanCell(found.get(each.key), isPercent(each) ? 'percent' : 'number')),
          ],
        }));
    }),
    notes: ['± is one standard error of the mean over repetitions.'],
  };
}

function meanCell(found: CurveMean | undefined, unit: 'percent' | 'number'): DataCell {
  if (!found) return numberCell(dash, null, null, null);
  const { mean, error, count } = found;
  return numberCell(estimateWords({ mean, standardError: error }, unit), mean, error ?? null, count);
}
