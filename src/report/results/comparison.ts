import type { Json, JsonObject } from '../../json/json.ts';
import { type Estimate, estimate, type PairedDifference, pairedDifference } from '../statistics/estimate.ts';
import { holm } from '../statistics/holm.ts';
import { type Model, resultsOf, type Setting } from './experiment.ts';
import { type Measure, measuresOf, usualMeasures } from './measure.ts';

/** One model in one measure, and its difference from its baseline. */
export interface Compared {
  readonly measure: Measure;
  readonly model: Model;
  /** Undefined for the baseline itself, and if no counterpart has a result. */
  readonly against: Model | undefined;
  readonly estimate: Estimate | undefined;
  readonly difference: PairedDifference | undefined;
  /** The p of the difference, corrected by Holm over all tests of the comparison. */
  readonly corrected: number | undefined;
  /** Why there is no estimate, no difference, or no test, as text; undefined if all exist. */
  readonly why: string | undefined;
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

/** The differences `a - b` in the repetitions that both have; none if one of them is the same measurement in several. */
export function pairedValues(a: Model, b: Model, measure: Measure): readonly number[] {
  if (isShared(a) || isShared(b)) return [];
  return [...a.repetitions].flatMap(([value, { metrics }]) => {
    const other = b.repetitions.get(value);
    const pair = [measure.of(metrics), other && measure.of(other.metrics)] as const;
    return pair[0] === undefined || pair[1] === undefined ? [] : [pair[0] - pair[1]];
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
): Pick<Compared, 'estimate' | 'difference' | 'why'> {
  const found = estimateOf(model, measure);
  if (!found) return { estimate: undefined, difference: undefined, why: `${model.name} ${measure.without}` };
  if (!against) return { estimate: found, difference: undefined, why: undefined };
  const repeated = over ?? 'nothing';
  const once = [model, against].find(isShared);
  if (once) {
    const why = `${once.name} does not depend on ${repeated}: it was measured once for several of its values, which allows no pairs`;
    return { estimate: found, difference: undefined, why };
  }
  const differences = pairedValues(model, against, measure);
  if (differences.length === 0) {
    const theirs = estimateOf(against, measure);
    const why = theirs
      ? `${model.name} and ${against.name} have no value of ${repeated} in common`
      : `${against.name} ${measure.without}`;
    return { estimate: found, difference: undefined, why };
  }
  const difference = pairedDifference(differences);
  const why =
    differences.length === 1
      ? 'one repetition has no spread: no interval and no test'
      : difference.p === undefined
        ? 'all repetitions differ alike: no test'
        : undefined;
  return { estimate: found, difference, why };
}
