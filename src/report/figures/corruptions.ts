import { atCell, atHardest, corruptionsIn, corruptionTable, severityTable } from '../compare/by-corruption.ts';
import type { Spec } from '../drawing/draw.ts';
import { light as c } from '../drawing/theme.ts';
import { pairedValues } from '../results/comparison.ts';
import { corruptionWords, hardestSeverity } from '../results/corruptions.ts';
import type { Model } from '../results/experiment.ts';
import { dash, differenceWords, numberWords, signed } from '../results/numbers.ts';
import { ranked, type Study } from '../results/study.ts';
import { estimate } from '../statistics/estimate.ts';
import { type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { around, type Figure, inWidths, panels, rows } from './figure.ts';
import { groupLabels } from './forest.ts';
import { legendOfLeads } from './legend.ts';
import { leads, markOf, meanWords, pointAt, shortNames } from './roles.ts';

/** Accuracy by corruption at severity 5 of the best, its teacher and the control; undefined if none was evaluated there. */
export function corruptionsFigure(study: Study): Figure | undefined {
  const own = leads(study);
  const models = own.map(({ model }) => model);
  const table = corruptionTable(models, study.over);
  if (!table) return undefined;
  const name = shortNames(study.models);
  const { families } = sorted(study.best);
  const gains = study.control
    ? gainsOf(
        study.best,
        study.control,
        families.flatMap(({ names }) => names),
      )
    : [];
  const better = gains.filter(({ mean }) => mean > 0).length;
  const title =
    gains.length > 0
      ? `${name(study.best)} gains on ${better} of ${gains.length} corruptions over ${name(study.control!)}`
      : 'Accuracy by corruption';
  const data = own.flatMap(({ role, model }) =>
    families.flatMap(({ names }) =>
      names.flatMap((corruption) => {
        const point = pointAt(model, atHardest(corruption));
        return point ? [{ name: corruptionWords(corruption), role, ...point }] : [];
      }),
    ),
  );
  return {
    id: 'corruptions',
    title,
    say: [`Severity ${hardestSeverity}, sorted within each family by ${name(study.best)}.`],
    how: `${meanWords(study, models)}${gains.length > 0 ? ' Gain: paired by repetition.' : ''} Severity ${hardestSeverity} only, as everywhere on this page for “corrupted”.`,
    legend: legendOfLeads(study),
    drawing: inWidths((isWide) =>
      drawCorruptions(
        families,
        data,
        own.map(({ role }) => role),
        gains,
        isWide,
      ),
    ),
    label: `${title}: ${data
      .filter(({ role }) => role === 'student')
      .map((row) => `${row.name} ${numberWords(row.mean, 'percent', 1)}`)
      .join(', ')}`,
    caption: 'Accuracy in %. The axis fits the data, and does not begin at 0.',
    table,
    fullTables: () => [corruptionTable(allOf(study), study.over) ?? table],
  };
}

/** The families, and within each the corruptions from the best to the worst. */
function sorted(best: Model): ReturnType<typeof corruptionsIn> {
  const found = corruptionsIn([best]);
  const value = (corruption: string) => pointAt(best, atHardest(corruption))?.mean ?? 0;
  return {
    ...found,
    families: found.families.map(({ family, names }) => ({
      family,
      names: [...names].sort((a, b) => value(b) - value(a)),
    })),
  };
}

interface Gain {
  readonly name: string;
  readonly mean: number;
  readonly error: number | undefined;
}

function gainsOf(best: Model, control: Model, corruptions: readonly string[]): readonly Gain[] {
  return corruptions.flatMap((corruption) => {
    const values = pairedValues(best, control, atHardest(corruption));
    if (values.length === 0) return [];
    const { mean, standardError } = estimate(values);
    return [{ name: corruptionWords(corruption), mean, error: standardError }];
  });
}

function drawCorruptions(
  families: ReturnType<typeof corruptionsIn>['families'],
  data: readonly { low: number; high: number }[],
  roles: readonly (keyof typeof markOf)[],
  gains: readonly Gain[],
  isWide: boolean,
): Spec {
  const order = families.flatMap(({ family, names }) => [family.toUpperCase(), ...names.map(corruptionWords)]);
  const y = {
    field: 'name',
    type: 'nominal',
    sort: order,
    scale: { domain: order, paddingInner: 0, paddingOuter: 0 },
    axis: { title: null, grid: false, ...groupLabels(families.map(({ family }) => family.toUpperCase())) },
  };
  const yOffset = { field: 'role', sort: roles, scale: { domain: roles, paddingOuter: 1.1 } };
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: around(data.flatMap(({ low, high }) => [low, high])), nice: false, zero: false },
    axis: {
      orient: 'top',
      tickCount: isWide ? 6 : 4,
      title: `accuracy at severity ${hardestSeverity}, %`,
      titleAnchor: 'start',
    },
  });
  const width = gains.length > 0 ? (isWide ? 490 : 180) : isWide ? 580 : 220;
  const words = gains.map(({ name, mean, error }) => ({
    name,
    word: differenceWords({ mean, standardError: isWide ? error : undefined }, 'share', 1),
  }));
  const gainAt = width + (isWide ? 90 : 44);
  return {
    width,
    height: { step: 22, for: 'position' },
    layer: [
      {
        ...rows(data),
        layer: roles.flatMap((role) => [
          {
            transform: [{ filter: `datum.role == '${role}'` }],
            mark: { type: 'rule', strokeWidth: 1.5, color: c[role] },
            encoding: { y, yOffset, x: x('low'), x2: { field: 'high' } },
          },
          {
            name: `data-${role}`,
            transform: [{ filter: `datum.role == '${role}'` }],
            mark: { ...markOf[role], size: role === 'control' ? 36 : 48 },
            encoding: { y, yOffset, x: x('mean') },
          },
        ]),
      },
      ...(gains.length > 0
        ? [
            {
              ...rows(words),
              mark: { type: 'text', align: 'right', x: gainAt, color: c.student },
              encoding: { y, text: { field: 'word' } },
            },
            {
              ...rows([{ name: order[0], word: 'gain' }]),
              mark: { type: 'text', align: 'right', x: gainAt, color: c.muted },
              encoding: { y, text: { field: 'word' } },
            },
          ]
        : []),
    ],
  };
}

/** Accuracy by corruption and severity as a heat map: undefined if fewer than two severities were evaluated. */
export function severityFigure(study: Study): Figure | undefined {
  const { families, severities } = sorted(study.best);
  const bySeverity = severityTable(
    leads(study).map(({ model }) => model),
    study.over,
  );
  if (!bySeverity || families.length === 0) return undefined;
  const name = shortNames(study.models);
  const names = families.flatMap((family) => family.names);
  const cells = names.flatMap((corruption) =>
    severities.map((severity) => {
      const measure = atCell(corruption, severity);
      const gain = study.control ? pairedValues(study.best, study.control, measure) : [];
      return {
        name: corruptionWords(corruption),
        corruption,
        severity,
        accuracy: pointAt(study.best, measure)?.mean ?? null,
        gain: gain.length > 0 ? 100 * estimate(gain).mean : null,
      };
    }),
  );
  const accuracies = cells.flatMap(({ accuracy }) => accuracy ?? []);
  const gains = cells.flatMap(({ gain }) => gain ?? []);
  const order = families.flatMap(({ family, names: own }) => [family.toUpperCase(), ...own.map(corruptionWords)]);
  const headings = families.map(({ family }) => family.toUpperCase());
  const table = cellsTable(study, name(study.best), cells);
  return {
    id: 'severities',
    title: `${name(study.best)} by corruption and severity`,
    say: ['Higher severities are further right.'],
    how: `${meanWords(study, [study.best])} Each cell is one corruption at one severity.`,
    legend: [],
    drawing: inWidths((isWide) => {
      const own = heatPanel(
        cells,
        'accuracy',
        `${name(study.best)}: accuracy, %`,
        order,
        headings,
        steps(accuracies, 7),
        [c.s1, c.s2, c.s3, c.s4, c.s5, c.s6, c.s7],
        isWide,
        true,
      );
      if (gains.length === 0) return own;
      const bound = Math.max(...gains.map(Math.abs)) || 1;
      const thresholds = [-bound / 3, 0, bound / 6, bound / 3, bound / 2, (2 * bound) / 3];
      const gained = heatPanel(
        cells,
        'gain',
        `minus ${name(study.control!)}, points`,
        order,
        headings,
        thresholds,
        [c.n2, c.n1, c.s1, c.s2, c.s3, c.s4, c.s4],
        isWide,
        !isWide,
      );
      return { ...panels(isWide, [own, gained], [24, 22]), resolve: { scale: { color: 'independent' } } };
    }),
    label: `Accuracy of ${name(study.best)} by corruption and severity; the numbers are in the table`,
    caption: 'Darker (in the dark theme, lighter) is higher; every cell has its number.',
    table,
    fullTables: () => [table, severityTable(allOf(study), study.over) ?? []].flat(),
  };
}

/** The models of a study, from the best to the worst. */
function allOf({ models, measures }: Study): readonly Model[] {
  return ranked(models, measures[0]);
}

/** Values that split a range into steps. */
function steps(values: readonly number[], count: number): readonly number[] {
  const [low, high] = around(values, 0);
  return Array.from({ length: count - 1 }, (_, at) => low + ((high - low) * (at + 1)) / count);
}

function heatPanel(
  cells: readonly object[],
  field: 'accuracy' | 'gain',
  title: string,
  order: readonly string[],
  headings: readonly string[],
  thresholds: readonly number[],
  range: readonly string[],
  isWide: boolean,
  hasLabels: boolean,
): Spec {
  const known = cells.filter((cell) => (cell as Record<string, unknown>)[field] !== null);
  const words = known.map((cell) => {
    const value = (cell as Record<'accuracy' | 'gain', number>)[field];
    const step = thresholds.filter((threshold) => value >= threshold).length;
    return {
      ...cell,
      fill: range[step],
      text: field === 'gain' ? signed(value, 'percent', 1) : value.toFixed(0),
      isDark: range[step] === c.s6 || range[step] === c.s7,
    };
  });
  return {
    title: { text: title, fontSize: 12 },
    width: isWide ? 250 : 190,
    height: { step: 20 },
    ...rows(words),
    encoding: {
      x: {
        field: 'severity',
        type: 'ordinal',
        axis: { orient: 'top', labelAngle: 0, title: 'severity', titleAnchor: 'start' },
      },
      y: {
        field: 'name',
        type: 'nominal',
        sort: order,
        scale: { domain: order },
        axis: hasLabels ? { title: null, grid: false, ...groupLabels(headings) } : null,
      },
    },
    layer: [
      {
        name: `data-${field}`,
        mark: { type: 'rect', stroke: c.paper, strokeWidth: 1.5 },
        encoding: { fill: { field: 'fill', type: 'nominal', scale: null } },
      },
      {
        mark: { type: 'text', fontSize: 11.5 },
        encoding: {
          text: { field: 'text' },
          color: { condition: { test: 'datum.isDark', value: c.high }, value: c.low },
        },
      },
    ],
  };
}

interface Cell {
  readonly name: string;
  readonly severity: string;
  readonly accuracy: number | null;
  readonly gain: number | null;
}

function cellsTable(study: Study, name: string, cells: readonly Cell[]): DataTable {
  const isCompared = cells.some(({ gain }) => gain !== null);
  const severities = [...new Set(cells.map(({ severity }) => severity))];
  const corruptions = [...new Set(cells.map((cell) => cell.name))];
  const other = study.control && shortNames(study.models)(study.control);
  return {
    name: 'severities',
    caption: `Accuracy of ${name} by corruption and severity, %${isCompared ? `, and minus ${other}, points` : ''}`,
    columns: [
      textColumn('corruption', 'corruption'),
      ...severities.map((severity) => numberColumn(severity, `accuracy_percent_${severity}`)),
      ...(isCompared
        ? severities.map((severity) => numberColumn(`− at ${severity}`, `difference_points_${severity}`))
        : []),
    ],
    rows: corruptions.map((corruption) => {
      const own = severities.map((severity) =>
        cells.find((cell) => cell.name === corruption && cell.severity === severity),
      );
      return {
        cells: [
          textCell(corruption),
          ...own.map((cell) => wordsOf(cell?.accuracy, (value) => numberWords(value, 'percent'))),
          ...(isCompared ? own.map((cell) => wordsOf(cell?.gain, (value) => signed(value, 'percent'))) : []),
        ],
      };
    }),
    notes: [meanWords(study, [study.best])],
  };
}

function wordsOf(value: number | null | undefined, words: (value: number) => string) {
  return typeof value === 'number' ? numberCell(words(value), value) : numberCell(dash, null);
}
