import type { Json } from '../../json/json.ts';
import { meanCells } from '../compare/mean-cells.ts';
import type { Spec } from '../drawing/draw.ts';
import { light as c } from '../drawing/theme.ts';
import type { Model } from '../results/experiment.ts';
import { headingOf, type Measure, scaleOf } from '../results/measure.ts';
import { capital, pathWord, valueWord } from '../results/names.ts';
import { dash, differenceWords, pWords } from '../results/numbers.ts';
import { type Rival, ranked, type Study, shownAsBest, valuesOfPath } from '../results/study.ts';
import { type DataCell, type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { Footnotes } from '../tables/footnotes.ts';
import { around, type Figure, inWidths, panels, rows } from './figure.ts';
import { dashOf, drawnWords, type ModelRole, markOf, meanWords, pointAt, shortNames } from './roles.ts';
import { bestWord, correctionWords, findingOfSweep } from './words.ts';

/** More values are no longer told apart: then the best few are shown. */
const [mostValues, mostShown] = [40, 20];

/** One swept path against the measures, with the control and the teacher as bands; undefined unless exactly one path is swept. */
export function sweepFigure(all: Study): Figure | undefined {
  const [path, ...more] = all.paths;
  if (path === undefined || more.length > 0 || all.variants.length < 2) return undefined;
  const isCut = all.variants.length > mostValues;
  const best = new Set(ranked(all.variants, all.measures[0]).slice(0, isCut ? mostShown : mostValues));
  const study = { ...all, variants: all.variants.filter((model) => best.has(model)) };
  const measures = study.measures.slice(0, 2);
  const table = sweepTable(study);
  const isRepeated = study.variants.some((model) => (pointAt(model, measures[0]!)?.count ?? 0) > 1);
  const finding = findingOfSweep(all);
  return {
    id: 'sweep',
    title: finding,
    say: [
      `${capital(measures.map(({ phrase }) => phrase).join(' and '))} at each ${pathWord(path)}, by ${study.stage}.`,
      ...(isCut
        ? [`The best ${study.variants.length} of ${all.variants.length} values are shown; --tables writes all.`]
        : []),
    ],
    how: `${meanWords(study, study.variants)} ${isRepeated ? 'Short ticks are single repetitions. ' : ''}${shownAsBest(all).size > 0 ? 'A ring marks the best. ' : ''}${study.tests > 0 ? `The bar under the best spans what cannot be distinguished from it: paired t-tests, ${correctionWords(study)}.` : ''}${study.control || study.teacher ? ' Bands: one standard error of what does not depend on it.' : ''}`.trim(),
    legend: [],
    drawing: inWidths((isWide) =>
      panels(
        isWide,
        measures.map((measure) => sweepPanel(study, path, measure, isWide)),
        [44, 26],
      ),
    ),
    label: `${finding}. ${measures.map((measure) => `${measure.title}: ${labelOf(study, path, measure)}`).join('. ')}`,
    caption: 'Axes fit the data, and do not begin at 0.',
    table: isCut
      ? { ...table, caption: `${table.caption}: the best ${study.variants.length} of ${all.variants.length}` }
      : table,
    fullTables: () => [sweepTable(all)],
  };
}

function labelOf(study: Study, path: string, measure: Measure): string {
  return study.variants
    .slice(0, 12)
    .map(
      (model) =>
        `${valueWord(model.setting[path] ?? null)}: ${drawnWords(pointAt(model, measure)?.mean ?? Number.NaN, measure)}`,
    )
    .join(', ');
}

function sweepPanel(study: Study, path: string, measure: Measure, isWide: boolean): Spec {
  const marked = shownAsBest(study);
  const data = study.variants.flatMap((model) => {
    const point = pointAt(model, measure);
    return point
      ? [
          {
            x: axisValue(model.setting[path] ?? null),
            word: valueWord(model.setting[path] ?? null),
            isBest: marked.has(model),
            ...point,
          },
        ]
      : [];
  });
  const nameOf = shortNames(study.models);
  const references = (
    [
      ['control', study.control],
      ['teacher', study.teacher],
    ] as const
  ).flatMap(([role, model]) => {
    const point = model && model.stage !== study.stage ? pointAt(model, measure) : undefined;
    return point && model ? [{ role, model, point }] : [];
  });
  const all = [...data, ...references.map(({ point }) => point)];
  const domain = around(
    all.flatMap(({ low, high, values }) => [low, high, ...values]),
    0.09,
  );
  const x = axisOf(study.variants, path);
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain, zero: false, nice: false },
    axis: { tickCount: 6, title: null },
  });
  const name = `data-${measure.name}`;
  const alike = alikeTo(study, measure).map((model) => axisValue(model.setting[path] ?? null));
  const best = data.filter(({ isBest }) => isBest);
  return {
    width: isWide ? 296 : 300,
    height: isWide ? 260 : 220,
    title: { text: capital(measure.title), ...(measure.unit === 'share' && { subtitle: 'accuracy, %' }) },
    layer: [
      ...references.flatMap(({ role, model, point }) =>
        band(measure, role, `${nameOf(model)} ${drawnWords(point.mean, measure)}`, point, y, domain),
      ),
      {
        ...rows(data),
        layer: [
          ...(x.isOrdered
            ? [{ mark: { type: 'line', color: c.student, strokeWidth: 1.6 }, encoding: { x: x.channel, y: y('mean') } }]
            : []),
          {
            transform: [{ flatten: ['values'] }],
            mark: { type: 'tick', orient: 'horizontal', color: c.student, opacity: 0.5, size: 9, thickness: 1 },
            encoding: { x: x.channel, y: y('values') },
          },
          {
            mark: { type: 'rule', color: c.student, strokeWidth: 2 },
            encoding: { x: x.channel, y: y('low'), y2: { field: 'high' } },
          },
          { name, mark: markOf.student, encoding: { x: x.channel, y: y('mean') } },
        ],
      },
      ...(best.length > 0 ? [bestMark(best, x.channel, y)] : []),
      ...(alike.length > 1 && x.isOrdered ? [bracket(alike as number[], data, domain, x.channel, y)] : []),
    ],
  };
}

function bestMark(best: readonly object[], x: object, y: (field: string) => object): Spec {
  return {
    ...rows(best),
    layer: [
      {
        mark: {
          type: 'point',
          filled: false,
          shape: 'circle',
          fill: null,
          stroke: c.student,
          strokeWidth: 1.5,
          size: 190,
        },
        encoding: { x, y: y('mean') },
      },
    ],
  };
}

/** A line over all values that cannot be distinguished from the best. */
function bracket(
  alike: readonly number[],
  data: readonly { low: number; x: unknown }[],
  domain: readonly [number, number],
  x: object,
  y: (field: string) => object,
): Spec {
  const lows = data.filter(({ x: at }) => alike.includes(at as number)).map(({ low }) => low);
  const level = Math.max(
    domain[0] + (domain[1] - domain[0]) * 0.03,
    Math.min(...lows) - (domain[1] - domain[0]) * 0.06,
  );
  return {
    ...rows([{ from: Math.min(...alike), to: Math.max(...alike), level }]),
    mark: { type: 'rule', color: c.ink, strokeWidth: 2 },
    encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' }, y: y('level') },
  };
}

/** One standard error around a mean that does not depend on the swept value. */
function band(
  measure: Measure,
  role: ModelRole,
  word: string,
  { mean, low, high }: { mean: number; low: number; high: number },
  y: (field: string) => object,
  domain: readonly [number, number],
): readonly Spec[] {
  const color = c[role];
  const isHigh = mean > (domain[0] + domain[1]) / 2;
  return [
    {
      ...rows([{ low, high }]),
      mark: { type: 'rect', color, opacity: 0.14 },
      encoding: { y: y('low'), y2: { field: 'high' } },
    },
    {
      ...rows([{ mean }]),
      name: `data-${measure.name}-${role}`,
      mark: { type: 'rule', color, strokeWidth: 1.5, strokeDash: dashOf[role] },
      encoding: { y: y('mean') },
    },
    {
      ...rows([{ at: isHigh ? low : high, word }]),
      mark: { type: 'text', color, align: 'left', x: 4, dy: isHigh ? 9 : -9, baseline: 'middle' },
      encoding: { y: y('at'), text: { field: 'word' } },
    },
  ];
}

/** The best model of a sweep, and the models that no test distinguishes from it. */
function alikeTo(study: Study, measure: Measure): readonly Model[] {
  if (measure !== study.measures[0]) return [];
  const tested = study.rivals.filter(({ corrected }) => corrected !== undefined);
  if (tested.length === 0) return [];
  return [study.best, ...tested.filter(({ corrected }) => corrected! >= 0.05).map(({ model }) => model)];
}

/** Numbers form a scale, logarithmic if they are multiples; other values are next to each other. */
function axisOf(
  models: readonly Model[],
  path: string,
): { readonly channel: Record<string, unknown>; readonly isOrdered: boolean } {
  const values = valuesOfPath(models, path);
  const title = pathWord(path);
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  if (numbers.length < values.length) {
    return {
      isOrdered: false,
      channel: {
        field: 'x',
        type: 'ordinal',
        sort: null,
        scale: { domain: values.map(valueWord) },
        axis: { title, labelAngle: values.length > 6 ? -45 : 0, grid: false },
      },
    };
  }
  const isLog = isGeometric(numbers);
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  const domain = isLog ? [first / (last / first) ** 0.08, last * (last / first) ** 0.08] : around(numbers, 0.08);
  return {
    isOrdered: true,
    channel: {
      field: 'x',
      type: 'quantitative',
      scale: isLog ? { type: 'log', domain, nice: false } : { domain, nice: false, zero: false },
      axis: {
        values: numbers.length > 8 ? spread(numbers, 8) : numbers,
        grid: false,
        title: `${title}${isLog ? ' (log scale)' : ''}`,
        labelExpr: 'format(datum.value, "~g")',
        labelOverlap: true,
      },
    },
  };
}

function spread(values: readonly number[], count: number): readonly number[] {
  return values.filter((_, at) => at % Math.ceil(values.length / count) === 0);
}

/** Whether steps grow with the values, as 1, 2, 4, 8 and 1, 3, 10 do. */
function isGeometric(numbers: readonly number[]): boolean {
  if (numbers.length < 3 || numbers[0]! <= 0) return false;
  const ratios = numbers.slice(1).map((value, at) => value / numbers[at]!);
  return Math.min(...ratios) >= 1.5;
}

/** A value for the axis. */
function axisValue(value: Json): string | number {
  return typeof value === 'number' ? value : valueWord(value);
}

/** Every variant with its means, and the difference of the best from it. */
export function sweepTable(study: Study): DataTable {
  const { paths, measures, variants, rivals, tests, best, over } = study;
  const goal = measures[0];
  const footnotes = new Footnotes();
  const marked = shownAsBest(study);
  const rivalOf = new Map(rivals.map((rival) => [rival.model, rival]));
  const body = variants.map((model) => {
    const { count, means } = meanCells(model, measures, over, footnotes);
    return {
      cells: [
        ...paths.map((path) => textCell(valueWord(model.setting[path] ?? null))),
        count,
        ...means,
        ...(model === best
          ? [numberCell(marked.has(best) ? bestWord(goal) : dash, null, null), numberCell('', null)]
          : rivalCells(rivalOf.get(model), goal, footnotes)),
      ],
    };
  });
  return {
    name: 'sweep',
    caption: `${study.stage} by ${paths.map(pathWord).join(' and ')}`,
    columns: [
      ...paths.map((path) => textColumn(pathWord(path), path)),
      numberColumn('n', 'n'),
      ...measures.map((measure) =>
        numberColumn(headingOf(measure), measure.name, `${measure.name}_standard_error`, `${measure.name}_n`),
      ),
      numberColumn(`${bestWord(goal)} minus this`, 'best_minus_this', 'best_minus_this_standard_error'),
      numberColumn('p, Holm', 'p_holm'),
    ],
    rows: body,
    notes: [
      meanWords(study, variants),
      ...(tests > 0
        ? [
            `Best by ${goal.title}. p: two-sided paired t-test against the best, ${correctionWords(study)}${tests === 1 ? '' : ', because the best was chosen by the same numbers'}.`,
          ]
        : []),
      ...footnotes.notes,
    ],
  };
}

/** The difference of the best from a model, and its p; footnotes say over which repetitions, or why there is none. */
function rivalCells(rival: Rival | undefined, goal: Measure, footnotes: Footnotes): readonly DataCell[] {
  if (!rival) return [numberCell(dash, null, null), numberCell(dash, null)];
  const { difference, corrected, why, part } = rival;
  const missing = `${dash}${why === undefined ? '' : footnotes.mark(why)}`;
  const scale = scaleOf(goal);
  const error = difference?.standardError;
  return [
    difference
      ? numberCell(
          `${differenceWords(difference, goal.unit)}${part === undefined ? '' : footnotes.mark(part)}`,
          scale * difference.mean,
          error === undefined ? null : scale * error,
        )
      : numberCell(missing, null, null),
    corrected === undefined ? numberCell(missing, null) : numberCell(pWords(corrected), corrected),
  ];
}
