import { estimateOf } from '../results/comparison.ts';
import type { Model } from '../results/experiment.ts';
import { type Measure, scaleOf } from '../results/measure.ts';
import { dash, estimateWords } from '../results/numbers.ts';
import { partWords } from '../results/repetitions.ts';
import { type DataCell, numberCell } from '../tables/data-table.ts';
import type { Footnotes } from '../tables/footnotes.ts';

/** The row of a model: how many repetitions its means rest on, and each mean with its error and its count as values. */
export interface MeanCells {
  readonly count: DataCell;
  readonly means: readonly DataCell[];
}

/** The letter of a footnote that names the repetitions without a number; empty if there are none. */
export function partMark(model: Model, measure: Measure, over: string | undefined, notes: Footnotes): string {
  const part = partWords(model, measure, over);
  return part === undefined ? '' : notes.mark(`n = ${part}`);
}

/** The means of a model. A footnote names the repetitions that a mean leaves out, and the reason for a dash. */
export function meanCells(
  model: Model,
  measures: readonly Measure[],
  over: string | undefined,
  notes: Footnotes,
): MeanCells {
  const found = measures.map((measure) => ({ measure, estimate: estimateOf(model, measure) }));
  const count = Math.max(0, ...found.map(({ estimate }) => estimate?.count ?? 0));
  const most = found.find(({ estimate }) => estimate?.count === count);
  const markOf = (measure: Measure) => partMark(model, measure, over, notes);
  return {
    count: numberCell(`${count}${most ? markOf(most.measure) : ''}`, count),
    means: found.map(({ measure, estimate }) => {
      if (!estimate) return numberCell(`${dash}${notes.mark(`${model.name} ${measure.without}`)}`, null, null, 0);
      const scale = scaleOf(measure);
      const { mean, standardError } = estimate;
      return numberCell(
        `${estimateWords(estimate, measure.unit)}${estimate.count < count ? markOf(measure) : ''}`,
        scale * mean,
        standardError === undefined ? null : scale * standardError,
        estimate.count,
      );
    }),
  };
}
