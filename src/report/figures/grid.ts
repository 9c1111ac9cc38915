import type { Json } from '../../json/json.ts';
import type { Spec } from '../drawing/draw.ts';
import { light as c } from '../drawing/theme.ts';
import type { Model } from '../results/experiment.ts';
import { headingOf } from '../results/measure.ts';
import { list, pathWord, valueWord } from '../results/names.ts';
import { ranked, type Study, shownAsBest, valuesOfPath } from '../results/study.ts';
import { around, type Figure, inWidths, rows } from './figure.ts';
import { drawnWords, meanOf, meanWords, pointAt } from './roles.ts';
import { sweepTable } from './sweep.ts';
import { correctionWords, findingOfSweep } from './words.ts';

/** More panels are not readable at a glance: the figure of models has the best variants, and the table has all. */
const mostPanels = 6;

/** More variants than a reader looks through; the best are shown, and --tables writes all. */
const mostRows = 20;

/** Two swept paths as a heat map of the goal; for more, small multiples of the two that matter most. Undefined for fewer than two. */
export function gridFigure(study: Study): Figure | undefined {
  if (study.paths.length < 2) return undefined;
  const [goal] = study.measures;
  const [across, down, ...others] = byImportance(study) as [string, string, ...string[]];
  const facets = [
    ...new Map(
      study.variants.map(
        ({ setting }) =>
          [JSON.stringify(others.map((path) => setting[path])), others.map((path) => setting[path] ?? null)] as const,
      ),
    ).values(),
  ];
  const best = ranked(study.variants, goal);
  const bestFacets = [
    ...new Set(best.map(({ setting }) => JSON.stringify(others.map((path) => setting[path] ?? null)))),
  ];
  const shown = bestFacets.slice(0, mostPanels).map((key) => facets.find((facet) => JSON.stringify(facet) === key)!);
  const table = sweepTable({ ...study, variants: best.slice(0, mostRows) });
  const isCut = best.length > mostRows;
  const title = findingOfSweep(study);
  const values = study.variants.flatMap((model) => pointAt(model, goal)?.mean ?? []);
  return {
    id: 'sweep',
    title,
    say: [
      `${headingOf(goal)} by ${list(study.paths.map(pathWord))}.`,
      ...(facets.length > shown.length
        ? [
            `${shown.length} of ${facets.length} settings of ${list(others.map(pathWord))}, those with the best results.`,
          ]
        : []),
    ],
    how: `${meanWords(study, study.variants)} ${shownAsBest(study).size > 0 ? 'The framed cell is the best. ' : ''}${study.tests > 0 ? `Tests: paired t against the best, ${correctionWords(study)}.` : ''}`.trim(),
    legend: [],
    drawing: inWidths((isWide) => {
      const specs = shown.map((facet) => heat(study, across, down, others, facet, around(values, 0), isWide));
      return specs.length === 1
        ? specs[0]!
        : { concat: specs, columns: isWide ? 2 : 1, spacing: { row: 22, column: 30 } };
    }),
    label: `${title}. The best: ${best
      .slice(0, 5)
      .map((model) => `${model.name} ${drawnWords(pointAt(model, goal)!.mean, goal)}`)
      .join(', ')}`,
    caption: `Every cell has its number.${isCut ? ` The table has the best ${mostRows} of ${best.length} variants; --tables writes all.` : ''}`,
    table: isCut ? { ...table, caption: `${table.caption}: the best ${mostRows} of ${best.length}` } : table,
    fullTables: () => [sweepTable(study)],
  };
}

/** The swept paths, those first whose values differ most in the mean of the goal. */
function byImportance({ paths, variants, measures: [goal] }: Study): readonly string[] {
  const spread = (path: string) => {
    const means = valuesOfPath(variants, path).flatMap((value) => {
      const own = variants.filter(({ setting }) => JSON.stringify(setting[path]) === JSON.stringify(value));
      return meanOf(own.flatMap((model) => pointAt(model, goal)?.mean ?? [])) ?? [];
    });
    return Math.max(...means) - Math.min(...means);
  };
  const spreads = new Map(paths.map((path) => [path, spread(path)]));
  return [...paths].sort((a, b) => spreads.get(b)! - spreads.get(a)!);
}

function heat(
  study: Study,
  across: string,
  down: string,
  others: readonly string[],
  facet: readonly Json[],
  [low, high]: readonly [number, number],
  isWide: boolean,
): Spec {
  const [goal] = study.measures;
  const marked = shownAsBest(study);
  const own = study.variants.filter(({ setting }) =>
    others.every((path, at) => JSON.stringify(setting[path] ?? null) === JSON.stringify(facet[at])),
  );
  const range = [c.s1, c.s2, c.s3, c.s4, c.s5, c.s6, c.s7];
  const data = own.flatMap((model: Model) => {
    const point = pointAt(model, goal);
    if (!point) return [];
    const share = high > low ? (point.mean - low) / (high - low) : 0.5;
    const step = Math.min(6, Math.floor(7 * (goal.best === 'min' ? 1 - share : share)));
    return [
      {
        x: valueWord(model.setting[across] ?? null),
        y: valueWord(model.setting[down] ?? null),
        mean: point.mean,
        fill: range[step],
        isDark: step >= 5,
        word: drawnWords(point.mean, goal),
        isBest: marked.has(model),
      },
    ];
  });
  const sorted = (path: string) => {
    const values = valuesOfPath(study.variants, path);
    return (
      values.every((value) => typeof value === 'number')
        ? [...values].sort((a, b) => (a as number) - (b as number))
        : values
    ).map(valueWord);
  };
  const [columns, lines] = [sorted(across), sorted(down)];
  const room = isWide ? (others.length > 0 ? 290 : 600) : 270;
  const step = Math.max(8, Math.min(64, Math.floor(room / columns.length)));
  const hasWords = step >= 34;
  return {
    title: {
      text:
        others.length > 0
          ? others.map((path, at) => `${pathWord(path)} ${valueWord(facet[at]!)}`).join(', ')
          : `${headingOf(goal)}: ${pathWord(down)} down, ${pathWord(across)} across`,
      fontSize: 12,
    },
    width: { step },
    height: { step: Math.max(8, Math.min(34, Math.floor(420 / lines.length))) },
    ...rows(data),
    encoding: {
      x: {
        field: 'x',
        type: 'ordinal',
        sort: columns,
        scale: { domain: columns },
        axis: { title: pathWord(across), labelAngle: columns.length > 8 ? -45 : 0, labelOverlap: true },
      },
      y: {
        field: 'y',
        type: 'ordinal',
        sort: lines,
        scale: { domain: lines },
        axis: { title: null, labelOverlap: true },
      },
    },
    layer: [
      {
        name: `data-cells-${facet.map(valueWord).join('-') || 'all'}`,
        mark: { type: 'rect', stroke: c.paper, strokeWidth: 1.5 },
        encoding: { fill: { field: 'fill', type: 'nominal', scale: null } },
      },
      ...(hasWords
        ? [
            {
              mark: { type: 'text', fontSize: 11.5 },
              encoding: {
                text: { field: 'word' },
                color: { condition: { test: 'datum.isDark', value: c.high }, value: c.low },
              },
            },
          ]
        : []),
      { transform: [{ filter: 'datum.isBest' }], mark: { type: 'rect', filled: false, stroke: c.ink, strokeWidth: 2 } },
    ],
  };
}
