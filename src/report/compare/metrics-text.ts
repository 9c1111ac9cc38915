import type { StageSummary } from '../../engine/index.ts';
import { isEvaluation } from '../../evaluation/metrics.ts';
import { estimateOf, modelMetrics } from '../results/comparison.ts';
import { type Model, modelsOf, repeatedPathIn, resultsOf, sweptPaths } from '../results/experiment.ts';
import { type Measure, measuresOf, reportedNames, reportedUnder } from '../results/measure.ts';
import { listOfFew } from '../results/names.ts';
import { estimateWords } from '../results/numbers.ts';
import { partWords } from '../results/repetitions.ts';
import { table } from '../tables/text-table.ts';

/** `pipe show` has the rest, if one stage has more numbers. */
const mostMeasures = 12;

/** More notes on what is missing are not read. */
const mostNotes = 8;

/** The numbers that stages report, except evaluations, one line per model: `train{rate=0.4}  loss 0.25, valid.accuracy 0.91`. */
export function metricLines(stages: readonly StageSummary[], width: number): string[] {
  const over = repeatedPathIn(sweptPaths(stages));
  const notes: string[] = [];
  const rows = modelsOf(stages, over).flatMap((model) => {
    if (resultsOf(model).some(({ metrics }) => isEvaluation(metrics))) return [];
    const measures = measuresOf(modelMetrics(model));
    const parts = new Map<string, readonly string[]>();
    const words = measures.slice(0, mostMeasures).flatMap((measure) => {
      const estimate = estimateOf(model, measure);
      if (!estimate) return [];
      const part = partWords(model, measure, over);
      if (part !== undefined) parts.set(part, [...(parts.get(part) ?? []), measure.metric]);
      return [
        `${measure.metric} ${estimateWords(estimate, 'number')}${part === undefined ? '' : `, n = ${estimate.count}`}`,
      ];
    });
    for (const [part, names] of parts) notes.push(`${model.name}: ${listOfFew(names)} of ${part}`);
    const odd = oddNames(model, measures);
    if (odd.length > 0)
      notes.push(`${model.name}: ${listOfFew(odd)} ${odd.length === 1 ? 'is' : 'are'} not a finite number`);
    if (words.length === 0) return [];
    return [[model.name, measures.length > mostMeasures ? `${words.join(', ')}, …` : words.join(', ')]];
  });
  const noteLines =
    notes.length > mostNotes ? [...notes.slice(0, mostNotes), `${notes.length - mostNotes} more`] : notes;
  if (rows.length === 0) return noteLines;
  const lines = table(
    [
      { title: 'stage', align: 'left' },
      { title: 'metrics', align: 'left' },
    ],
    rows,
  );
  const shown = lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
  return [...shown, ...(noteLines.length > 0 ? ['', ...noteLines] : [])];
}

/** Metrics that were NaN, infinite or null in every repetition. */
function oddNames(model: Model, measures: readonly Measure[]): readonly string[] {
  const known = new Set(measures.map(({ metric }) => metric));
  const names = new Set(modelMetrics(model).flatMap((metrics) => [...reportedNames(metrics)]));
  return [...names].filter(
    (name) => !known.has(name) && modelMetrics(model).some((metrics) => reportedUnder(name, metrics) === null),
  );
}
