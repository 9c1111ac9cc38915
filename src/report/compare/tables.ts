import type { Compared, Comparison } from '../results/comparison.ts';
import { headingOf, type Measure, scaleOf } from '../results/measure.ts';
import {
  dash,
  differenceUnit,
  differenceWords,
  intervalWords,
  numberWords,
  pWords,
  signed,
} from '../results/numbers.ts';
import { type DataCell, type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { Footnotes } from '../tables/footnotes.ts';
import { meanCells } from './mean-cells.ts';

/** The means of every model: one row per model, one column per measure. */
export function meansTable({ models, measures, over }: Pick<Comparison, 'models' | 'measures' | 'over'>): DataTable {
  const notes = new Footnotes();
  const body = models.map((model) => {
    const { count, means } = meanCells(model, measures, over, notes);
    return { cells: [textCell(model.name), count, ...means] };
  });
  return {
    name: 'means',
    caption: 'What each model measured',
    columns: [
      textColumn('model', 'model'),
      numberColumn('n', 'n'),
      ...measures.map((measure) => {
        const name = csvName(measure);
        return numberColumn(headingOf(measure), name, `${name}_standard_error`, `${name}_n`);
      }),
    ],
    rows: body,
    notes: [
      over === undefined
        ? 'nothing is repeated: no mean has an error'
        : `n = how many values of ${over} have a number; ± is one standard error of the mean`,
      ...notes.notes,
    ],
  };
}

/** The difference of each model from its baseline: one row per model, grouped by measure. */
export function differencesTable(comparison: Comparison): DataTable {
  const { rows, over, measures, tests } = comparison;
  const footnotes = new Footnotes();
  const compared = rows.filter(({ against }) => against !== undefined);
  const againsts = new Set(compared.map(({ against }) => against!.name));
  const body = measures.flatMap((measure) =>
    compared
      .filter((row) => row.measure === measure)
      .map((row) => ({ group: groupOf(measure), cells: differenceCells(row, againsts.size > 1, footnotes) })),
  );
  return {
    name: 'differences',
    caption:
      againsts.size === 1 ? `Differences from ${[...againsts][0]}` : 'Differences from what each is compared against',
    columns: [
      textColumn(againsts.size === 1 ? `minus ${[...againsts][0]}` : 'difference', 'model'),
      ...(againsts.size > 1 ? [textColumn('minus', 'against')] : []),
      numberColumn('n', 'n'),
      numberColumn('difference', 'difference', 'standard_error'),
      numberColumn('95 % interval', 'low', 'high'),
      numberColumn('g', 'hedges_g'),
      numberColumn('t', 't'),
      numberColumn('p', 'p'),
      numberColumn('p, Holm', 'p_holm'),
      numberColumn('could show', 'detectable'),
    ],
    rows: body,
    notes: [
      ...explanation(
        over,
        tests,
        compared.some(({ difference }) => difference?.t !== undefined),
      ),
      ...footnotes.notes,
    ],
  };
}

function explanation(over: string | undefined, tests: number, isTested: boolean): readonly string[] {
  if (!isTested) return [];
  return [
    `Each difference is taken within a value of ${over}; n of them. ± is one standard error, the interval contains the true difference with 95 % confidence (not corrected), and p is that of the two-sided paired t-test.`,
    `p, Holm: corrected by Holm's method over the ${tests === 1 ? 'one test' : `${tests} tests`} of this table. Calling every difference with a value below .05 real has a chance of at most 5 % to be wrong about any of them.`,
    'g: the difference divided by the standard deviation of the differences (Hedges). Could show: the smallest true difference that this many repetitions, with this spread, would show eight times in ten at the 5 % level, uncorrected. These say how another training would differ, not how other test images would.',
  ];
}

/** Why there is a test without an effect size: the correction for few pairs does not exist for two. */
const noEffectSize = 'two repetitions are too few for an effect size';

function differenceCells(row: Compared, named: boolean, footnotes: Footnotes): readonly DataCell[] {
  const { difference: found, measure, model, against, corrected, why, part } = row;
  const mark = `${dash}${why === undefined ? '' : footnotes.mark(why)}`;
  const scale = scaleOf(measure);
  const number = (value: number | undefined, words: (value: number) => string, factor = 1) =>
    value === undefined ? numberCell(mark, null) : numberCell(words(value), factor * value);
  const error = found?.standardError;
  return [
    textCell(model.name),
    ...(named ? [textCell(against!.name)] : []),
    numberCell(`${found?.count ?? 0}${part === undefined ? '' : footnotes.mark(part)}`, found?.count ?? 0),
    found
      ? numberCell(differenceWords(found, measure.unit), scale * found.mean, error === undefined ? null : scale * error)
      : numberCell(mark, null, null),
    found?.interval
      ? numberCell(intervalWords(found.interval, measure.unit), ...found.interval.map((end) => scale * end))
      : numberCell(mark, null, null),
    found?.effect === undefined && found?.t !== undefined
      ? numberCell(`${dash}${footnotes.mark(noEffectSize)}`, null)
      : number(found?.effect, (value) => signed(value, 'percent', Math.abs(value) < 10 ? 2 : 1)),
    number(found?.t, (value) => numberWords(value, 'percent', 1)),
    number(found?.p, pWords),
    number(corrected, pWords),
    number(found?.detectable, (value) => numberWords(value, measure.unit), scale),
  ];
}

/** `clean, points`. */
function groupOf({ title, unit }: Measure): string {
  const words = differenceUnit(unit);
  return words === '' ? title : `${title}, ${words}`;
}

function csvName({ name, unit }: Measure): string {
  return unit === 'number' ? name : `${name}_percent`;
}
