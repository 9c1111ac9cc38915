import { readBySeverity } from '../../evaluation/metrics.ts';
import type { Comparison, Contrast } from '../results/comparison.ts';
import { contrastOf, estimateOf } from '../results/comparison.ts';
import { corruptionWords, hardestSeverity, inFamilies } from '../results/corruptions.ts';
import { type Model, resultsOf } from '../results/experiment.ts';
import type { Measure } from '../results/measure.ts';
import { dash, estimateWords, signed } from '../results/numbers.ts';
import { partWords } from '../results/repetitions.ts';
import { type DataCell, type DataTable, numberCell, numberColumn, textCell, textColumn } from '../tables/data-table.ts';
import { Footnotes } from '../tables/footnotes.ts';

/** Accuracy on one corruption at severity 5. */
export function atHardest(corruption: string): Measure {
  return atCell(corruption, hardestSeverity);
}

/** Accuracy on one corruption at one severity. */
export function atCell(corruption: string, severity: string): Measure {
  const title = `${corruptionWords(corruption)}, severity ${severity}`;
  return accuracy(title, title, (found) => found[corruption]?.[severity]);
}

/** Mean accuracy over corruptions at one severity; only if all of them were evaluated, because others would not be comparable. */
function atSeverity(severity: string, corruptions: readonly string[]): Measure {
  return accuracy(`severity ${severity}`, `all ${corruptions.length} corruptions`, (found) => {
    const sum = corruptions.reduce((total, name) => total + (found[name]?.[severity] ?? Number.NaN), 0);
    return Number.isNaN(sum) ? undefined : sum / corruptions.length;
  });
}

function accuracy(
  title: string,
  on: string,
  of: (found: ReturnType<typeof readBySeverity>) => number | undefined,
): Measure {
  return {
    name: title,
    metric: title,
    phrase: title,
    title,
    unit: 'share',
    best: 'max',
    without: `was not evaluated on ${on}`,
    of: (metrics) => of(readBySeverity(metrics)),
  };
}

/** The corruptions that some of the models were evaluated on, in families, and the severities. */
export function corruptionsIn(models: readonly Model[]): {
  readonly families: ReturnType<typeof inFamilies>;
  readonly severities: readonly string[];
} {
  const found = models.flatMap((model) => resultsOf(model).map(({ metrics }) => readBySeverity(metrics)));
  const names = [...new Set(found.flatMap((each) => Object.keys(each)))];
  const severities = [
    ...new Set(found.flatMap((each) => Object.values(each).flatMap((bySeverity) => Object.keys(bySeverity)))),
  ];
  return { families: inFamilies(names), severities: severities.sort() };
}

/** Accuracy by corruption at severity 5: one row per corruption, in families; one column per model. Undefined if none was evaluated. */
export function corruptionTable(models: readonly Model[], over: string | undefined): DataTable | undefined {
  const { families, severities } = corruptionsIn(models);
  if (families.length === 0 || !severities.includes(hardestSeverity)) return undefined;
  const names = families.flatMap((family) => family.names);
  const footnotes = new Footnotes();
  const cell = (model: Model, name: string) => meanCell(model, atHardest(name), footnotes);
  const rows = families.flatMap(({ family, names }) =>
    names.map((name) => ({
      group: family,
      cells: [textCell(corruptionWords(name)), ...models.map((model) => cell(model, name))],
    })),
  );
  return {
    name: 'by-corruption',
    caption: `Accuracy by corruption at severity ${hardestSeverity}`,
    columns: [textColumn(`accuracy at severity ${hardestSeverity}, %`, 'corruption'), ...modelColumns(models)],
    rows,
    notes: [meanNote(over), ...partNotes(models, over, names.map(atHardest)), ...footnotes.notes],
  };
}

/** Mean accuracy over the corruptions by severity. Undefined if fewer than two severities were evaluated. */
export function severityTable(models: readonly Model[], over: string | undefined): DataTable | undefined {
  const { families, severities } = corruptionsIn(models);
  if (severities.length < 2) return undefined;
  const names = families.flatMap((family) => family.names);
  const count = names.length;
  const footnotes = new Footnotes();
  const rows = severities.map((severity) => ({
    cells: [
      { text: `severity ${severity}`, values: [severity] },
      ...models.map((model) => meanCell(model, atSeverity(severity, names), footnotes)),
    ],
  }));
  return {
    name: 'by-severity',
    caption: `Accuracy by severity, mean of ${count} corruptions`,
    columns: [textColumn(`mean of ${count} corruptions, %`, 'severity'), ...modelColumns(models)],
    rows,
    notes: [
      meanNote(over),
      ...partNotes(
        models,
        over,
        severities.map((severity) => atSeverity(severity, names)),
      ),
      ...footnotes.notes,
    ],
  };
}

/** The difference of each model from its baseline, by corruption at severity 5 and by severity. */
export function differenceTables({ rows, over }: Comparison): readonly DataTable[] {
  const pairs = [
    ...new Map(rows.flatMap(({ model, against }) => (against ? [[model, against] as const] : []))).entries(),
  ];
  const { families, severities } = corruptionsIn(pairs.map(([model]) => model));
  if (pairs.length === 0 || families.length === 0) return [];
  const columns = pairs.map(([model, against]) =>
    numberColumn(`${model.name} minus ${against.name}`, model.name, `${model.name}_low`, `${model.name}_high`),
  );
  const notes = [
    `Differences within each value of ${over ?? 'nothing'}, and their 95 % intervals, which are not corrected for how many there are.`,
  ];
  const cells = (measure: Measure, footnotes: Footnotes) =>
    pairs.map(([model, against]) => differenceCell(contrastOf(model, against, measure, over), footnotes));
  const all = families.flatMap(({ names }) => names);
  const tables: DataTable[] = [];
  if (severities.includes(hardestSeverity)) {
    const footnotes = new Footnotes();
    const rows = families.flatMap(({ family, names }) =>
      names.map((name) => ({
        group: family,
        cells: [textCell(corruptionWords(name)), ...cells(atHardest(name), footnotes)],
      })),
    );
    tables.push({
      name: 'differences-by-corruption',
      caption: `Differences by corruption at severity ${hardestSeverity}`,
      columns: [textColumn(`at severity ${hardestSeverity}, points`, 'corruption'), ...columns],
      rows,
      notes: [...notes, ...footnotes.notes],
    });
  }
  if (severities.length > 1) {
    const footnotes = new Footnotes();
    const rows = severities.map((severity) => ({
      cells: [{ text: `severity ${severity}`, values: [severity] }, ...cells(atSeverity(severity, all), footnotes)],
    }));
    tables.push({
      name: 'differences-by-severity',
      caption: 'Differences by severity, mean of all corruptions',
      columns: [textColumn('mean of all corruptions, points', 'severity'), ...columns],
      rows,
      notes: [...notes, ...footnotes.notes],
    });
  }
  return tables;
}

function modelColumns(models: readonly Model[]) {
  return models.map(({ name }) => numberColumn(name, name, `${name}_standard_error`));
}

function meanCell(model: Model, measure: Measure, footnotes: Footnotes): DataCell {
  const found = estimateOf(model, measure);
  if (!found) return numberCell(`${dash}${footnotes.mark(`${model.name} ${measure.without}`)}`, null, null);
  const { mean, standardError } = found;
  return numberCell(
    estimateWords(found, 'share'),
    100 * mean,
    standardError === undefined ? null : 100 * standardError,
  );
}

function differenceCell({ difference, why }: Contrast, footnotes: Footnotes): DataCell {
  const mark = why === undefined ? '' : footnotes.mark(why);
  if (!difference) return numberCell(`${dash}${mark}`, null, null, null);
  const { mean, interval } = difference;
  const words = interval ? ` (${interval.map((end) => signed(end, 'share')).join(' to ')})` : mark;
  return numberCell(
    `${signed(mean, 'share')}${words}`,
    100 * mean,
    ...(interval ? interval.map((end) => 100 * end) : [null, null]),
  );
}

function meanNote(over: string | undefined): string {
  return over === undefined
    ? 'measured once: no errors over repetitions'
    : `mean over ${over}; ± is one standard error of the mean`;
}

/** Which repetitions some of the means leave out. */
function partNotes(models: readonly Model[], over: string | undefined, measures: readonly Measure[]): string[] {
  const notes = models.flatMap((model) =>
    measures.flatMap((measure) => {
      const part = estimateOf(model, measure) && partWords(model, measure, over);
      return part === undefined ? [] : [`${model.name}: n = ${part}`];
    }),
  );
  return [...new Set(notes)];
}
