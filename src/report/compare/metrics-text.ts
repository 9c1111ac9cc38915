import type { StageSummary } from '../../engine/index.ts';
import { isEvaluation } from '../../evaluation/metrics.ts';
import { estimateOf, modelMetrics } from '../results/comparison.ts';
import { modelsOf, repeatedPathIn, resultsOf, sweptPaths } from '../results/experiment.ts';
import { measuresOf } from '../results/measure.ts';
import { estimateWords } from '../results/numbers.ts';
import { table } from '../tables/text-table.ts';

/** `pipe show` has the rest, if one stage has more numbers. */
const mostMeasures = 12;

/** The numbers that stages report, except evaluations, one line per model: `train{rate=0.4}  loss 0.25, valid.accuracy 0.91`. */
export function metricLines(stages: readonly StageSummary[], width: number): string[] {
  const models = modelsOf(stages, repeatedPathIn(sweptPaths(stages)));
  const rows = models.flatMap((model) => {
    if (resultsOf(model).some(({ metrics }) => isEvaluation(metrics))) return [];
    const measures = measuresOf(modelMetrics(model));
    const words = measures.slice(0, mostMeasures).flatMap((measure) => {
      const estimate = estimateOf(model, measure);
      return estimate ? [`${measure.metric} ${estimateWords(estimate, 'number')}`] : [];
    });
    if (words.length === 0) return [];
    return [[model.name, measures.length > mostMeasures ? `${words.join(', ')}, …` : words.join(', ')]];
  });
  if (rows.length === 0) return [];
  const lines = table(
    [
      { title: 'stage', align: 'left' },
      { title: 'metrics', align: 'left' },
    ],
    rows,
  );
  return lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
}
