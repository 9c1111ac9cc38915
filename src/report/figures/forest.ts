import { differencesTable } from '../compare/tables.ts';
import type { Spec } from '../drawing/draw.ts';
import { textWidth } from '../drawing/text-width.ts';
import { axisNumber, light as c } from '../drawing/theme.ts';
import type { Compared } from '../results/comparison.ts';
import { scaleOf } from '../results/measure.ts';
import { capital, list } from '../results/names.ts';
import { differenceUnit, intervalWords, pWords, signed } from '../results/numbers.ts';
import type { Study } from '../results/study.ts';
import { around, type Figure, inWidths, rows } from './figure.ts';
import { markOf, shortNames } from './roles.ts';

/** More rows are only in the table. */
const most = 24;

/** Every difference of models from their baseline, with its interval; undefined if nothing is compared. */
export function forestFigure({ comparison, models, measures }: Study): Figure | undefined {
  if (!comparison) return undefined;
  const name = shortNames(models);
  const all = comparison.rows.flatMap((row) => (row.difference?.interval ? [row] : []));
  const place = ({ measure }: Compared) =>
    (measures.findIndex(({ name: own }) => own === measure.name) + measures.length + 1) % (measures.length + 1);
  const shown = [...all].sort((a, b) => place(a) - place(b)).slice(0, most);
  if (shown.length === 0) return undefined;
  const against = [...new Set(all.map((row) => name(row.against!)))];
  const sure = all.filter(({ corrected }) => corrected !== undefined && corrected < 0.05);
  const told = [...new Set(sure.map(({ model }) => name(model)))];
  const title =
    sure.length === 0
      ? `Nothing can be distinguished from ${list(against)}`
      : sure.length === all.length
        ? `Every difference from ${list(against)} is real`
        : `${sure.length} of ${all.length} differences from ${list(against)} ${sure.length === 1 ? 'is' : 'are'} real`;
  const data = shown.map((row) => {
    const { measure, model, difference, corrected } = row;
    const scale = scaleOf(measure);
    const [low, high] = difference!.interval!;
    const words = [
      signed(difference!.mean, measure.unit),
      intervalWords([low, high], measure.unit),
      pWords(corrected!),
    ] as const;
    return {
      key: `${measure.name} ${model.name}`,
      label: name(model),
      group: measure.title.toUpperCase(),
      mean: scale * difference!.mean,
      low: scale * low,
      high: scale * high,
      sure: corrected! < 0.05,
      difference: words[0],
      interval: words[1],
      p: words[2],
      all: `${words[0]}  (${words[1]})  p ${words[2].startsWith('<') ? words[2] : `= ${words[2]}`}`,
    };
  });
  return {
    id: 'differences',
    title,
    say:
      told.length > 0
        ? [
            `Different from ${list(against)} after correction: ${told.length > 6 ? `${list(told.slice(0, 6))} and ${told.length - 6} more` : list(told)}.`,
          ]
        : [],
    how: `Differences within each repetition. Lines: 95 % intervals of Student's t, not corrected. p: two-sided, Holm over ${comparison.tests}.`,
    legend: [
      ['sure', 'different from 0 (Holm p < .05)'],
      ['unsure', 'not distinguishable from 0'],
    ],
    drawing: inWidths((isWide) => forest(data, isWide, differenceUnit(shown[0]!.measure.unit))),
    label: `${title}: ${data
      .slice(0, 9)
      .map((row) => `${row.label}, ${row.group.toLowerCase()}: ${row.all}`)
      .join('; ')}`,
    caption: `${capital(list(against))} is 0.${all.length > most ? ` The first ${most} of ${all.length} differences; the table has all.` : ''}`,
    table: differencesTable(comparison),
  };
}

interface Row {
  readonly key: string;
  readonly label: string;
  readonly all: string;
  readonly group: string;
  readonly low: number;
  readonly high: number;
  readonly sure: boolean;
}

function forest(data: readonly Row[], isWide: boolean, unit: string): Spec {
  const groups = [...new Set(data.map(({ group }) => group))];
  const order = groups.flatMap((group) => [group, ...data.filter((row) => row.group === group).map(({ key }) => key)]);
  const labels = Object.fromEntries(data.map(({ key, label }) => [key, label]));
  const y = {
    field: 'key',
    type: 'nominal',
    sort: order,
    scale: { domain: order },
    axis: {
      title: null,
      grid: false,
      labelExpr: `${JSON.stringify(labels)}[datum.value] || datum.value`,
      ...groupLabels(groups),
      // On a phone, the name of a row is above its line.
      ...(!isWide && { labels: false }),
    },
  };
  const domain = around([0, ...data.flatMap(({ low, high }) => [low, high])]);
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: {
      tickCount: 5,
      orient: 'top',
      titleAnchor: 'start',
      title: unit === '' ? 'difference' : unit,
      labelExpr: `(datum.value > 0 ? '+' : '') + ${axisNumber}`,
    },
  });
  const longest = Math.max(
    ...Object.values(labels).map((label) => textWidth(label, 12, false)),
    ...groups.map((group) => textWidth(group, 10.5, true)),
  );
  const width = isWide ? Math.max(140, 456 - longest) : 324;
  const column = (field: string, at: number) => ({
    ...rows(data),
    mark: { type: 'text', align: 'right', x: width + at },
    encoding: { y, text: { field }, color: { condition: { test: 'datum.sure', value: c.ink }, value: c.muted } },
  });
  const head = (word: string, at: number) => ({
    ...rows([{ key: order[0], word }]),
    mark: { type: 'text', align: 'right', x: width + at, color: c.muted },
    encoding: { y, text: { field: 'word' } },
  });
  return {
    width,
    height: { step: isWide ? 24 : 34 },
    layer: [
      {
        ...rows([{ zero: 0 }]),
        mark: { type: 'rule', color: c.control, strokeWidth: 1.5 },
        encoding: { x: x('zero') },
      },
      {
        ...rows(data),
        layer: [
          {
            mark: { type: 'rule', color: c.student, strokeWidth: 2 },
            encoding: { y, x: x('low'), x2: { field: 'high' } },
          },
          {
            name: 'data-sure',
            transform: [{ filter: 'datum.sure' }],
            mark: markOf.student,
            encoding: { y, x: x('mean') },
          },
          {
            name: 'data-unsure',
            transform: [{ filter: '!datum.sure' }],
            mark: { ...markOf.control, stroke: c.student },
            encoding: { y, x: x('mean') },
          },
        ],
      },
      ...(isWide
        ? [
            column('difference', 66),
            column('interval', 186),
            column('p', 246),
            head(unit === '' ? 'difference' : unit, 66),
            head('95 % interval', 186),
            head('p, Holm', 246),
          ]
        : [
            {
              ...rows(data.map((row) => ({ ...row, words: `${row.label}: ${row.all}` }))),
              mark: { type: 'text', align: 'left', x: 0, dy: -13, fontSize: 11 },
              encoding: {
                y,
                text: { field: 'words' },
                color: { condition: { test: 'datum.sure', value: c.ink }, value: c.muted },
              },
            },
            {
              ...rows(groups.map((key) => ({ key }))),
              mark: { type: 'text', align: 'left', x: 0, fontSize: 10.5, fontWeight: 600, color: c.muted },
              encoding: { y, text: { field: 'key' } },
            },
          ]),
    ],
  };
}

/** How headings among the labels of an axis look. */
export function groupLabels(groups: readonly string[]): Record<string, unknown> {
  const isHeading = `indexof(${JSON.stringify(groups)}, datum.value) >= 0`;
  return {
    labelFontWeight: { condition: { test: isHeading, value: 600 }, value: 400 },
    labelColor: { condition: { test: isHeading, value: c.muted }, value: c.ink },
    labelFontSize: { condition: { test: isHeading, value: 10.5 }, value: 12 },
  };
}
