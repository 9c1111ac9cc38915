import type { StageSummary } from '../../engine/index.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { type Estimate, estimate, isEqual, type PairedDifference, pairedDifference } from '../statistics/estimate.ts';
import { holm } from '../statistics/holm.ts';
import { type Model, resultsOf, type Setting } from './experiment.ts';
import { type Measure, measuresOf, usualMeasures } from './measure.ts';
import { repetitionWord } from './names.ts';
import { countedIn } from './repetitions.ts';

/**
 * Why a difference is not tested: measured once, the same size or none at all in every repetition, one measurement for several repetitions,
 * no repetition in common, or no number.
 */
export type Untested = 'once' | 'constant' | 'equal' | 'shared' | 'apart' | 'absent';

/** The difference of one model from another within each repetition that both have. */
export interface Contrast {
  readonly difference: PairedDifference | undefined;
  /** Undefined if there is a test. */
  readonly untested: Untested | undefined;
  /** Why there is no difference, or no test, as text; undefined if both exist. */
  readonly why: string | undefined;
  /** How many of the repetitions are pairs, as text; undefined if all are. */
  readonly part: string | undefined;
}

/** One model in one measure, and its difference from its baseline. */
export interface Compared extends Contrast {
  readonly measure: Measure;
  readonly model: Model;
  /** Undefined for the baseline itself, and if no counterpart has a result. */
  readonly against: Model | undefined;
  readonly estimate: Estimate | undefined;
  /** The p of the difference, corrected by Holm over all tests of the comparison. */
  readonly corrected: number | undefined;
}

/** Models, each compared with one of them. */
export interface Comparison {
  /** The path whose values are the repetitions; undefined if nothing is repeated. */
  readonly over: string | undefined;
  readonly values: readonly Json[];
  readonly measures: readonly Measure[];
  readonly models: readonly Model[];
  /** By model, then by measure. */
  readonly rows: readonly Compared[];
  /** The number of tests that the corrected p account for. */
  readonly tests: number;
}

/** The baseline of models: all variants of a stage, each for the same setting, or the one with some values. */
export interface Baseline {
  readonly stage: string;
  /** By path. */
  readonly setting: Setting | undefined;
}

/**
 * Compares every model that measures what the baseline does. Differences are taken within each repetition, because models share data,
 * initial weights and order there. Undefined if the baseline has no result.
 * @param baseline without it, nothing is compared: there are only means.
 * @param extra measures that are not metrics. @param chosen the names of the measures; by default the usual ones of the baseline.
 */
export function compareModels(
  all: readonly Model[],
  over: string | undefined,
  baseline: Baseline | undefined,
  extra: readonly Measure[] = [],
  chosen: readonly string[] = [],
): Comparison | undefined {
  const baselines = baseline ? all.filter((model) => isBaseline(model, baseline)) : [];
  if (baseline && baselines.length === 0) return undefined;
  const known = measuresOf((baseline ? baselines : all).flatMap(modelMetrics));
  const measures =
    chosen.length > 0
      ? [...known, ...extra].filter(({ name, metric }) => chosen.includes(name) || chosen.includes(metric))
      : [
          ...usualMeasures(known),
          ...extra.filter((measure) => all.some((model) => valuesOf(model, measure).length > 0)),
        ];
  const models = all.filter((model) =>
    modelMetrics(model).some((metrics) => measures.some((measure) => measure.of(metrics) !== undefined)),
  );
  const rows = models.flatMap((model) => {
    const against = baselines.includes(model) ? undefined : counterpart(model, baselines);
    return measures.map((measure) => ({ measure, model, against, ...compared(model, against, measure, over) }));
  });
  const ps = rows.map(({ difference }) => difference?.p);
  const corrected = holm(ps);
  return {
    over,
    values: [...new Set(models.flatMap(({ repetitions }) => [...repetitions.keys()]))],
    measures,
    models,
    rows: rows.map((row, at) => ({ ...row, corrected: corrected[at] })),
    tests: ps.filter((p) => p !== undefined).length,
  };
}

/** One value per measurement: what repetitions share counts once. */
export function estimateOf(model: Model, measure: Measure): Estimate | undefined {
  const values = valuesOf(model, measure);
  return values.length > 0 ? estimate(values) : undefined;
}

/** The results of a model, once per measurement. */
export function valuesOf(model: Model, measure: Measure): readonly number[] {
  return modelMetrics(model).flatMap((metrics) => measure.of(metrics) ?? []);
}

/** The results of two models in the repetitions that both have; all their results if one of them is the same measurement in several. */
export function pairedResults(a: Model, b: Model): readonly [readonly StageSummary[], readonly StageSummary[]] {
  if (isShared(a) || isShared(b)) return [resultsOf(a), resultsOf(b)];
  const both = [...a.repetitions].flatMap(([value, own]) => {
    const other = b.repetitions.get(value);
    return other ? [[own, other] as const] : [];
  });
  return [both.map(([own]) => own), both.map(([, other]) => other)];
}

/** The differences `a - b` in the repetitions that both have; none if one of them is the same measurement in several. */
export function pairedValues(a: Model, b: Model, measure: Measure): readonly number[] {
  if (isShared(a) || isShared(b)) return [];
  const [own, others] = pairedResults(a, b);
  return own.flatMap(({ metrics }, at) => {
    const [value, other] = [measure.of(metrics), measure.of(others[at]!.metrics)];
    if (value === undefined || other === undefined) return [];
    return [isEqual(value, other) ? 0 : value - other];
  });
}

function isShared(model: Model): boolean {
  return resultsOf(model).length < model.repetitions.size;
}

/** The metrics of a model, once per measurement. */
export function modelMetrics(model: Model): readonly JsonObject[] {
  return resultsOf(model).map(({ metrics }) => metrics);
}

function isBaseline({ stage, setting }: Model, baseline: Baseline): boolean {
  return (
    stage === baseline.stage &&
    Object.entries(baseline.setting ?? {}).every(
      ([path, value]) => JSON.stringify(setting[path]) === JSON.stringify(value),
    )
  );
}

/** The baseline with the values of the model, as far as both have them; the only one if there is just one. */
function counterpart({ setting }: Model, baselines: readonly Model[]): Model | undefined {
  if (baselines.length === 1) return baselines[0];
  return baselines.find((other) =>
    Object.entries(other.setting).every(([path, value]) => JSON.stringify(setting[path]) === JSON.stringify(value)),
  );
}

function compared(
  model: Model,
  against: Model | undefined,
  measure: Measure,
  over: string | undefined,
): Contrast & Pick<Compared, 'estimate'> {
  const found = estimateOf(model, measure);
  if (found && against) return { estimate: found, ...contrastOf(model, against, measure, over) };
  const why = found ? undefined : `${model.name} ${measure.without}`;
  return { estimate: found, ...noDifference('absent', why) };
}

/** Compares two models within each repetition; every display says the same words if that allows no test. */
export function contrastOf(model: Model, against: Model, measure: Measure, over: string | undefined): Contrast {
  const repeated = over ?? 'nothing';
  for (const each of [model, against]) {
    if (valuesOf(each, measure).length === 0) return noDifference('absent', `${each.name} ${measure.without}`);
  }
  const once = [model, against].find(isShared);
  if (once) {
    const why = `${once.name} does not depend on ${repeated}: it was measured once for several of its values, which allows no pairs`;
    return noDifference('shared', why);
  }
  const differences = pairedValues(model, against, measure);
  if (differences.length === 0) {
    return noDifference('apart', `${model.name} and ${against.name} have no value of ${repeated} in common`);
  }
  const difference = pairedDifference(differences);
  const untested = untestedOf(difference);
  return { difference, untested, why: untested && whyUntested[untested], part: pairsOf(model, against, measure, over) };
}

function noDifference(untested: Untested, why: string | undefined): Contrast {
  return { difference: undefined, untested, why, part: undefined };
}

function untestedOf({ count, mean, p }: PairedDifference): 'once' | 'constant' | 'equal' | undefined {
  if (p !== undefined) return undefined;
  if (count === 1) return 'once';
  return mean === 0 ? 'equal' : 'constant';
}

const whyUntested = {
  once: 'one repetition has no spread: no interval and no test',
  constant: 'all repetitions differ alike: no test',
  equal: 'equal in every repetition: no test',
} as const satisfies Partial<Record<Untested, string>>;

/** `2 pairs: the seeds that both have`, unless these are all repetitions of both. */
function pairsOf(model: Model, against: Model, measure: Measure, over: string | undefined): string | undefined {
  const [own, other] = [model, against].map((each) => countedIn(each, measure)) as [readonly Json[], readonly Json[]];
  const both = own.filter((value) => other.includes(value)).length;
  const all = Math.max(...[model, against].map((each) => each.repetitions.size + each.unfinished.size));
  return both === all ? undefined : `over the ${both} of ${all} ${repetitionWord({ over })} that both have`;
}
