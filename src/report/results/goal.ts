import type { RunSummary } from '../../engine/index.ts';
import type { JsonObject } from '../../json/json.ts';
import { estimateOf, modelMetrics } from './comparison.ts';
import { type Model, modelsOf, repeatedPathIn, sweptPaths } from './experiment.ts';
import { type Measure, measuresOf } from './measure.ts';
import { estimateWords } from './numbers.ts';

type MeasuredGoal = NonNullable<RunSummary['goal']>;

interface Best {
  readonly model: Model;
  readonly measure: Measure;
  readonly estimate: NonNullable<ReturnType<typeof estimateOf>>;
}

/** The best result for the goal, as a line; if no result has the goal, the line reports that. */
export function goalLines(summary: RunSummary, goal: MeasuredGoal): string[] {
  const { stage, metric, best } = goal;
  const found = bestOf(summary, goal);
  const words = found
    ? `${estimateWords(found.estimate, 'number')} by ${found.model.name}`
    : `no result of ${stage} reports this metric`;
  return [`goal ${stage}.${metric} (${best}): ${words}`];
}

/** The same as a member of the object that `--json` prints. */
export function goalJson(summary: RunSummary, goal: MeasuredGoal): JsonObject {
  const found = bestOf(summary, goal);
  const { stage, metric, best } = goal;
  return { stage, metric, best, model: found?.model.name ?? null, value: found?.estimate.mean ?? null };
}

/** The model with the best mean over the repetitions. */
function bestOf({ stages }: RunSummary, { stage, metric, best }: MeasuredGoal): Best | undefined {
  const models = modelsOf(stages, repeatedPathIn(sweptPaths(stages))).filter((model) => model.stage === stage);
  const measure = measuresOf(models.flatMap(modelMetrics)).find((each) => each.metric === metric);
  if (!measure) return undefined;
  const sign = best === 'max' ? -1 : 1;
  const [first] = models
    .flatMap((model) => {
      const estimate = estimateOf(model, measure);
      return estimate ? [{ model, measure, estimate }] : [];
    })
    .sort((a, b) => sign * (a.estimate.mean - b.estimate.mean));
  return first;
}
