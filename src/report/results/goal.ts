import type { RunSummary } from '../../engine/index.ts';
import type { JsonObject } from '../../json/json.ts';
import { isEqual } from '../statistics/estimate.ts';
import { estimateOf, modelMetrics } from './comparison.ts';
import { hasResult, type Model, modelsOf, repeatedPathIn, sweptPaths } from './experiment.ts';
import { measuresOf } from './measure.ts';
import { listOfFew, repetitionWord } from './names.ts';
import { estimateWords } from './numbers.ts';
import { unevenWords } from './repetitions.ts';

type MeasuredGoal = NonNullable<RunSummary['goal']>;

interface Best {
  readonly model: Model;
  readonly estimate: NonNullable<ReturnType<typeof estimateOf>>;
  /** All models with the best mean. */
  readonly equal: readonly Model[];
  /** How many models have a number. */
  readonly of: number;
  readonly over: string | undefined;
  /** If the means rest on different repetitions. */
  readonly warning: string | undefined;
}

/** The best result for the goal, as a line, with a warning if means rest on different repetitions; if no result has it, the line reports that. */
export function goalLines(summary: RunSummary, goal: MeasuredGoal): string[] {
  const { stage, metric, best } = goal;
  const found = bestOf(summary, goal);
  const name = `goal ${stage}.${metric} (${best}):`;
  if (!found) return [`${name} ${whyNoBest(summary, stage)}`];
  const { estimate, model, equal, of, over, warning } = found;
  const words = `${name} ${estimateWords(estimate, 'number')}${estimate.count > 1 ? `, n = ${estimate.count} ${repetitionWord({ over })},` : ''}`;
  const by =
    equal.length < 2
      ? `by ${model.name}`
      : equal.length === of
        ? `by all ${of} variants, which are equal`
        : `by ${listOfFew(equal.map((each) => each.name))}, which are equal`;
  return [`${words} ${by}`, ...(warning === undefined ? [] : [`warning: ${warning}`])];
}

/** Why no result of a stage has a number for the goal, with the numbers that its results have. */
function whyNoBest({ stages }: RunSummary, stage: string): string {
  const results = stages.filter((each) => each.stage === stage && hasResult(each));
  if (results.length === 0) return `${stage} has no result`;
  const numbers = measuresOf(results.map(({ metrics }) => metrics)).map(({ metric }) => metric);
  const others = numbers.length === 0 ? '' : `; they report ${listOfFew(numbers)}`;
  return `no result of ${stage} reports a number for this metric${others}`;
}

/** The same as a member of the object that `--json` prints. */
export function goalJson(summary: RunSummary, goal: MeasuredGoal): JsonObject {
  const found = bestOf(summary, goal);
  const { stage, metric, best } = goal;
  return {
    stage,
    metric,
    best,
    model: found?.model.name ?? null,
    value: found?.estimate.mean ?? null,
    count: found?.estimate.count ?? 0,
    equal: found?.equal.map(({ name }) => name) ?? [],
    ...(found?.warning !== undefined && { warning: found.warning }),
  };
}

/** The model with the best mean over the repetitions. */
function bestOf({ stages }: RunSummary, { stage, metric, best }: MeasuredGoal): Best | undefined {
  const over = repeatedPathIn(sweptPaths(stages));
  const models = modelsOf(stages, over).filter((model) => model.stage === stage);
  const measure = measuresOf(models.flatMap(modelMetrics)).find((each) => each.metric === metric);
  if (!measure) return undefined;
  const sign = best === 'max' ? -1 : 1;
  const measured = models
    .flatMap((model) => {
      const estimate = estimateOf(model, measure);
      return estimate ? [{ model, estimate }] : [];
    })
    .sort((a, b) => sign * (a.estimate.mean - b.estimate.mean));
  const [first] = measured;
  if (!first) return undefined;
  const equal = measured.filter(({ estimate }) => isEqual(estimate.mean, first.estimate.mean));
  return {
    ...first,
    equal: equal.map(({ model }) => model),
    of: measured.length,
    over,
    warning: unevenWords(models, measure, over),
  };
}
