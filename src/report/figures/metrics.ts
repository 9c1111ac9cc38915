import type { StageSummary } from '../../engine/index.ts';
import type { Json } from '../../json/json.ts';
import { shownLine } from '../../problem/shown.ts';
import { partMark } from '../compare/mean-cells.ts';
import { estimateOf, modelMetrics } from '../results/comparison.ts';
import { type Model, modelsOf } from '../results/experiment.ts';
import { headingOf, type Measure, measuresOf, reportedNames, reportedUnder, scaleOf } from '../results/measure.ts';
import { listOfFew, repetitionWord, valueWord } from '../results/names.ts';
import { estimateWords } from '../results/numbers.ts';
import { type DataCell, type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { Footnotes } from '../tables/footnotes.ts';
import { type Figure, tableFigure } from './figure.ts';

/** A longer table is closed at first. */
const mostOpen = 12;

/** More characters of a text are not read. */
const longestText = 60;

/** Everything that stages report, also text and what is no finite number; undefined if they report nothing. */
export function metricsFigure(stages: readonly StageSummary[], over: string | undefined): Figure | undefined {
  const table = metricsTable(modelsOf(stages, over), over);
  if (table.rows.length === 0) return undefined;
  const odd = table.rows.filter(({ cells }) => cells[1]!.values[0] === 0).length;
  return {
    ...tableFigure(table),
    title: 'Every metric that stages report',
    say: odd > 0 ? [`${odd} of ${table.rows.length} ${odd === 1 ? 'has' : 'have'} no number.`] : [],
    folded: table.rows.length > mostOpen,
  };
}

function metricsTable(models: readonly Model[], over: string | undefined): DataTable {
  const notes = new Footnotes();
  const measures = new Map(measuresOf(models.flatMap(modelMetrics)).map((measure) => [measure.metric, measure]));
  return {
    name: 'metrics',
    caption: 'What stages report',
    columns: [
      textColumn('metric', 'metric'),
      numberColumn('n', 'n'),
      { ...textColumn('value', 'mean'), csv: ['mean', 'standard_error', 'text'] },
    ],
    rows: models.flatMap((model) =>
      [...new Set(modelMetrics(model).flatMap((metrics) => [...reportedNames(metrics)]))].map((name) => ({
        group: model.name,
        cells: metricCells(model, name, measures.get(name), over, notes),
      })),
    ),
    notes: [
      ...(over === undefined
        ? []
        : [`n: how many ${repetitionWord({ over })} have a number; ± is one standard error of their mean.`]),
      ...notes.notes,
    ],
  };
}

function metricCells(
  model: Model,
  name: string,
  measure: Measure | undefined,
  over: string | undefined,
  notes: Footnotes,
): readonly DataCell[] {
  const found = measure && estimateOf(model, measure);
  if (!measure || !found) {
    const text = textOf(model, name, over);
    return [textCell(name), numberCell('0', 0), { text, values: [null, null, text] }];
  }
  const { count, mean, standardError } = found;
  const scale = scaleOf(measure);
  return [
    { text: headingOf({ ...measure, title: name }), values: [name] },
    numberCell(`${count}${partMark(model, measure, over, notes)}`, count),
    {
      text: estimateWords(found, measure.unit),
      values: [scale * mean, standardError === undefined ? null : scale * standardError, null],
    },
  ];
}

/** What a model reports instead of numbers, each once. */
function textOf({ repetitions }: Model, name: string, over: string | undefined): string {
  const byText = new Map<string, Json[]>();
  for (const [value, { metrics }] of repetitions) {
    const text = wordsOf(reportedUnder(name, metrics));
    byText.set(text, [...(byText.get(text) ?? []), value]);
  }
  if (byText.size === 1 || over === undefined) return [...byText.keys()].join(', ');
  return [...byText].map(([text, values]) => `${text} (${listOfFew(values.map(valueWord))})`).join(', ');
}

function wordsOf(reported: Json | undefined): string {
  if (reported === undefined) return 'not reported';
  if (reported === null) return 'not a finite number';
  const text = shownLine(typeof reported === 'string' ? reported : JSON.stringify(reported));
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
