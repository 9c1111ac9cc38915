import type { StageSummary } from '../../engine/index.ts';
import { isEvaluation } from '../../evaluation/metrics.ts';
import type { Json } from '../../json/json.ts';
import { isEqual } from '../statistics/estimate.ts';
import { holm } from '../statistics/holm.ts';
import {
  type Compared,
  type Comparison,
  type Contrast,
  compareModels,
  contrastOf,
  estimateOf,
  modelMetrics,
} from './comparison.ts';
import { type Model, type NamedModels, plannedModels, repeatedPathIn, resultsOf, sweptPaths } from './experiment.ts';
import { type Measure, measuresOf, usualMeasures } from './measure.ts';
import { aboveOf, type Needs } from './needs.ts';

/** The requested metric, if any. */
export interface Question {
  readonly stage: string | undefined;
  readonly metric: string;
  readonly best: 'max' | 'min' | undefined;
}

/** A model, compared with the best of its stage: the difference is that of the best from it. */
export interface Rival extends Contrast {
  readonly model: Model;
  /** The p of the difference, corrected by Holm over all pairs of variants. */
  readonly corrected: number | undefined;
}

/** The question of a run and its answer: what is studied, in which measure, what is repeated, what is swept. */
export interface Study {
  readonly over: string | undefined;
  /** The requested metric if no result has it; undefined if the first measure is that metric. */
  readonly unanswered: string | undefined;
  /** The requested measure, then the others that are shown. */
  readonly measures: readonly [Measure, ...Measure[]];
  /** Every model with the first measure. */
  readonly models: readonly Model[];
  /** The stage that is studied. */
  readonly stage: string;
  /** Its variants, and the swept paths that distinguish them. */
  readonly variants: readonly Model[];
  readonly paths: readonly string[];
  /** Its variants without a number for the first measure: they failed, or report none, or text. */
  readonly without: readonly Model[];
  /** The first of the variants with the best mean; the highest if it is not known which direction is better. */
  readonly best: Model;
  /** The other variants, each against the best. */
  readonly rivals: readonly Rival[];
  /** The number of tests that the corrected p of the rivals account for. */
  readonly tests: number;
  /** The baseline, if one was requested. */
  readonly control: Model | undefined;
  readonly comparison: Comparison | undefined;
  /** A model of the same kind that the studied stage needs. */
  readonly teacher: Model | undefined;
}

/** The question of a run, according to its results; undefined if nothing was measured. */
export function studyOf(
  stages: readonly StageSummary[],
  needs: Needs,
  goal: Question | undefined,
  against: NamedModels | undefined,
): Study | undefined {
  const over = repeatedPathIn(sweptPaths(stages));
  const planned = plannedModels(stages, over);
  const all = planned.filter(({ repetitions }) => repetitions.size > 0);
  const measure = measureOf(all, goal, against);
  if (!measure) return undefined;
  const measured = all.filter((model) => estimateOf(model, measure));
  const comparison = against && compareModels(measured, over, against);
  const isControl = (model: Model) =>
    comparison?.rows.some((row) => row.model === model && row.against === undefined) === true;
  const studied =
    stageOf(
      measured.filter((model) => !isControl(model)),
      measure,
      needs,
      goal,
    ) ?? measured[0]!.stage;
  const models = comparableWith(studied, measured, needs, against);
  const variants = models.filter(({ stage }) => stage === studied);
  const best = bestOf(variants, measure);
  const paths = Object.keys(best.setting);
  const others = usualMeasures(measuresOf(variants.flatMap(modelMetrics))).filter(({ name }) => name !== measure.name);
  return {
    over,
    unanswered: goal && !isAnswered(goal, measure, studied) ? requested(goal) : undefined,
    measures: [measure, ...others],
    models,
    stage: studied,
    variants,
    paths,
    without: planned.filter((model) => model.stage === studied && !estimateOf(model, measure)),
    best,
    ...rivalsOf(best, variants, measure, over),
    control: comparison?.rows.find((row) => row.model === best)?.against,
    comparison,
    teacher: teacherOf(best, models, needs),
  };
}

/**
 * The models that measure what the studied stage does. One that another measured one needs measures something else by the same
 * name, as a training its own accuracy; unless both are of one kind, or evaluations.
 */
function comparableWith(
  studied: string,
  measured: readonly Model[],
  needs: Needs,
  against: NamedModels | undefined,
): readonly Model[] {
  const kindOf = (model: Model) => resultsOf(model)[0]!.uses;
  const kind = kindOf(measured.find(({ stage }) => stage === studied)!);
  const needed = new Set(measured.flatMap((model) => [...aboveOf(resultsOf(model)[0]!.id, needs)]));
  return measured.filter(
    (model) =>
      model.stage === studied ||
      model.stage === against?.stage ||
      modelMetrics(model).some(isEvaluation) ||
      // What a command does, its kind does not tell.
      (kind !== 'shell' && kindOf(model) === kind) ||
      !resultsOf(model).some(({ id }) => needed.has(id)),
  );
}

function isNamed({ name, metric }: Measure, goal: Question): boolean {
  return name === goal.metric || metric === goal.metric;
}

function isAnswered(goal: Question, measure: Measure, studied: string): boolean {
  return isNamed(measure, goal) && (goal.stage === undefined || goal.stage === studied);
}

function requested({ stage, metric }: Question): string {
  return stage === undefined ? metric : `${stage}.${metric}`;
}

/** Models from the best to the worst in a measure. */
export function ranked(models: readonly Model[], measure: Measure): readonly Model[] {
  const sign = measure.best === 'min' ? 1 : -1;
  const means = new Map(models.map((model) => [model, estimateOf(model, measure)?.mean ?? Number.NaN]));
  return [...models].sort((a, b) => sign * (means.get(a)! - means.get(b)!));
}

/** The row of a comparison about a model in a measure. */
export function rowOf(comparison: Comparison | undefined, model: Model, measure: Measure): Compared | undefined {
  return comparison?.rows.find((row) => row.model === model && row.measure.name === measure.name);
}

/** Values of a swept path in the order of the sweep. */
export function valuesOfPath(models: readonly Model[], path: string): readonly Json[] {
  const seen = new Map(models.map(({ setting }) => [JSON.stringify(setting[path]), setting[path] ?? null] as const));
  return [...seen.values()];
}

/**
 * The requested one; otherwise accuracy on corrupted images, or on clean ones; otherwise a metric of the last stage that reports any, one
 * whose direction is known if there is one.
 */
function measureOf(
  all: readonly Model[],
  goal: Question | undefined,
  against: NamedModels | undefined,
): Measure | undefined {
  if (goal) {
    const own = all.filter(({ stage }) => goal.stage === undefined || stage === goal.stage);
    const found = measuresOf(own.flatMap(modelMetrics)).find((measure) => isNamed(measure, goal));
    if (found) return { ...found, best: goal.best ?? found.best };
  }
  const evaluations = all.filter((model) => modelMetrics(model).some(isEvaluation));
  const named = against && all.filter(({ stage }) => stage === against.stage);
  const pool = named?.length ? named : evaluations;
  if (pool.length > 0) {
    const usual = usualMeasures(measuresOf(pool.flatMap(modelMetrics)));
    return usual.find(({ name }) => name === 'corrupted') ?? usual[0];
  }
  const byModel = all.toReversed().map((model) => measuresOf(modelMetrics(model)));
  const last = byModel.find((measures) => measures.some(({ best }) => best !== undefined)) ?? byModel.flat();
  return last.find(({ best }) => best !== undefined) ?? last[0];
}

/** The stage with the most variants; of several, the one with the most needs; of several, the best. */
function stageOf(
  models: readonly Model[],
  measure: Measure,
  needs: Needs,
  goal: Question | undefined,
): string | undefined {
  if (goal?.stage !== undefined && models.some(({ stage }) => stage === goal.stage)) return goal.stage;
  const order = ranked(models, measure);
  const variants = (stage: string) => models.filter((model) => model.stage === stage).length;
  const depth = new Map(
    models.map(({ stage, repetitions }) => [stage, aboveOf([...repetitions.values()][0]!.id, needs).size]),
  );
  const [first] = [...new Set(order.map(({ stage }) => stage))].sort(
    (a, b) => variants(b) - variants(a) || depth.get(b)! - depth.get(a)!,
  );
  return first;
}

function bestOf(models: readonly Model[], measure: Measure): Model {
  return ranked(models, measure)[0]!;
}

/**
 * The other variants, tested against the best. The best was chosen by the numbers that are tested, so each pair of them might have been:
 * Holm's correction is over all pairs. Over the rivals alone, some of 20 equal variants would be called worse in 15 of 100 studies.
 */
function rivalsOf(
  best: Model,
  variants: readonly Model[],
  measure: Measure,
  over: string | undefined,
): Pick<Study, 'rivals' | 'tests'> {
  const found = variants
    .filter((model) => model !== best)
    .map((model) => ({ model, ...contrastOf(best, model, measure, over) }));
  const ps = found.map(({ difference }) => difference?.p);
  const tested = ps.filter((p) => p !== undefined).length;
  const tests = (tested * (tested + 1)) / 2;
  const corrected = holm(ps, tests);
  return { rivals: found.map((rival, at) => ({ ...rival, corrected: corrected[at] })), tests };
}

/** The variants that are shown as best: all that are equal to it; none if no variant is better than another, or if nothing says which is. */
export function shownAsBest({ best, variants, measures: [goal] }: Study): ReadonlySet<Model> {
  const equals = equalTo(best, variants, goal);
  return new Set(goal.best === undefined || equals.length === variants.length ? [] : equals);
}

/** The models whose mean equals that of one of them, itself included. */
export function equalTo(model: Model, models: readonly Model[], measure: Measure): readonly Model[] {
  const mean = estimateOf(model, measure)?.mean;
  return models.filter((other) => {
    const own = estimateOf(other, measure)?.mean;
    return mean !== undefined && own !== undefined && isEqual(mean, own);
  });
}

/** A model of a stage that the best one's training needs but that is not evaluated with it. */
function teacherOf(best: Model, models: readonly Model[], needs: Needs): Model | undefined {
  const [own] = resultsOf(best);
  if (!own) return undefined;
  const above = aboveOf(own.id, needs);
  const direct = new Set(needs.get(own.id) ?? []);
  return models.find(({ stage, repetitions }) => {
    if (stage === best.stage) return false;
    return [...repetitions.values()].some(
      ({ id, uses }) => uses === own.uses && (needs.get(id) ?? []).some((need) => above.has(need) && !direct.has(need)),
    );
  });
}
