import { isEvaluation, metricName, metricParts, readBySeverity } from '../../evaluation/metrics.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import { benchmarkCorruptions, benchmarkSeverities } from './corruptions.ts';

/** A number that stages report, and that is averaged over repetitions and compared. */
export interface Measure {
  /** Its name in options and `--json`. */
  readonly name: string;
  /** Its name in the metrics of stages. */
  readonly metric: string;
  /** Its name in tables and figures. */
  readonly title: string;
  /** Its name in sentences: `accuracy on corrupted images`. */
  readonly phrase: string;
  /** Its unit: a share in [0, 1], shown in %, with differences in points; a percentage; or a plain number. */
  readonly unit: 'share' | 'percent' | 'number';
  /** Which direction is better; undefined if unknown. */
  readonly best: 'max' | 'min' | undefined;
  of(metrics: JsonObject): number | undefined;
  /** Why a stage with similar measures does not have it. */
  readonly without: string;
}

/** What evaluations report: each average is computed once, where the images are evaluated, and has this one name everywhere. */
const evaluationMeasures = [
  evaluated('clean', 'clean', 'accuracy on clean images', 'has no clean accuracy'),
  evaluated(
    'corrupted',
    'corrupted (severity 5)',
    'accuracy on corrupted images',
    'evaluated no corruption at severity 5',
  ),
  evaluated(
    'benchmark',
    'benchmark (15 x 5)',
    'accuracy on the benchmark',
    'did not evaluate all 15 benchmark corruptions at all 5 severities',
  ),
] as const satisfies readonly Measure[];

const accuracyMetrics: ReadonlySet<string> = new Set(evaluationMeasures.map(({ metric }) => metric));

function evaluated(name: 'clean' | 'corrupted' | 'benchmark', title: string, phrase: string, without: string): Measure {
  const metric = metricName(name, 'accuracy');
  return {
    name,
    metric,
    title,
    phrase,
    unit: 'share',
    best: 'max',
    without,
    of: (metrics) => numberIn(metrics[metric]),
  };
}

/** Every number that stages with these metrics report: the accuracies of evaluations first, then all others by their own names. */
export function measuresOf(all: readonly JsonObject[]): readonly Measure[] {
  const found = evaluationMeasures.filter((measure) => all.some((metrics) => measure.of(metrics) !== undefined));
  const names = new Set(all.flatMap((metrics) => [...numbersIn(metrics)]));
  const others = [...names].filter((name) => !accuracyMetrics.has(name));
  return [...found, ...others.map((name) => metricNamed(name, all))];
}

/**
 * The default measures: for evaluations their accuracies; for other stages the metrics with a known direction; if there are none, every
 * number.
 */
export function usualMeasures(measures: readonly Measure[]): readonly Measure[] {
  const accuracies = measures.filter(({ name }) => evaluationMeasures.some((known) => known.name === name));
  if (accuracies.length > 0) return accuracies;
  const directed = measures.filter(({ best }) => best !== undefined);
  return directed.length > 0 ? directed : measures;
}

/** A metric by its own name; nested ones are written with dots. */
function metricNamed(name: string, all: readonly JsonObject[]): Measure {
  const of = (metrics: JsonObject) => numberIn(reportedUnder(name, metrics));
  const isAccuracy = accuracyName.test(name);
  const isError = /(?:loss|error|ece|nll|brier)$/iu.test(name);
  return {
    name,
    metric: name,
    title: name,
    phrase: name,
    unit: unitOf(
      name,
      all.flatMap((metrics) => of(metrics) ?? []),
    ),
    best: isAccuracy ? 'max' : isError ? 'min' : undefined,
    without: `reports no number ${name}`,
    of,
  };
}

const accuracyName = /accuracy$/iu;

/** The unit of the values under a name: accuracies up to 1 are shares, up to 100 percentages; everything else is a plain number. */
export function unitOf(name: string, values: readonly number[]): Measure['unit'] {
  if (!accuracyName.test(name) || values.some((value) => value < 0 || value > 100)) return 'number';
  return values.some((value) => value > 1) ? 'percent' : 'share';
}

/** What a stage reports under a name, a number or not; nested names are written with dots. */
export function reportedUnder(name: string, metrics: JsonObject): Json | undefined {
  const own = metrics[name];
  return own === undefined ? name.split('.').reduce<Json | undefined>(fieldOf, metrics) : own;
}

/** `clean, %`: a measure with its unit. */
export function headingOf({ title, unit }: Pick<Measure, 'title' | 'unit'>): string {
  return unit === 'number' ? title : `${title}, %`;
}

/** Tables and figures use percent where people expect percent. */
export function scaleOf({ unit }: Pick<Measure, 'unit'>): number {
  return unit === 'share' ? 100 : 1;
}

/**
 * The mean corruption error (Hendrycks & Dietterich 2019): over the fifteen corruptions, the error summed over the severities in percent of
 * the reference's. @param references the metrics of each repetition of the reference, whose errors are averaged.
 */
export function meanCorruptionError(reference: string, references: readonly JsonObject[]): Measure {
  const errors = references.map(errorsByCorruption);
  const usual = benchmarkCorruptions.map((_, at) => {
    const known = errors.flatMap((each) => each?.[at] ?? []);
    return known.reduce((sum, error) => sum + error, 0) / known.length;
  });
  return {
    name: 'mCE',
    metric: 'mCE',
    title: `mCE relative to ${reference}`,
    phrase: 'mCE',
    unit: 'percent',
    best: 'min',
    without: 'did not evaluate all 15 benchmark corruptions at all 5 severities, or the reference did not',
    of(metrics) {
      const own = errorsByCorruption(metrics);
      const value = own?.reduce((sum, error, at) => sum + (100 * error) / usual[at]!, 0);
      return value !== undefined && Number.isFinite(value) ? value / benchmarkCorruptions.length : undefined;
    },
  };
}

function errorsByCorruption(metrics: JsonObject): readonly number[] | undefined {
  const accuracies = readBySeverity(metrics);
  const sums = benchmarkCorruptions.map((name) =>
    benchmarkSeverities.reduce((sum, severity) => sum + 1 - (accuracies[name]?.[severity] ?? Number.NaN), 0),
  );
  return sums.every(Number.isFinite) ? sums : undefined;
}

/** The names of all that a stage reports, numbers or not, nested ones with dots; of an evaluation only its numbers, without their parts. */
export function* reportedNames(metrics: JsonObject): Generator<string> {
  if (isEvaluation(metrics)) yield* numbersIn(metrics);
  else yield* leavesIn(metrics, '');
}

function* leavesIn(metrics: JsonObject, prefix: string): Generator<string> {
  for (const [name, value] of Object.entries(metrics)) {
    if (isJsonObject(value) && Object.keys(value).length > 0) yield* leavesIn(value, `${prefix}${name}.`);
    else yield `${prefix}${name}`;
  }
}

/** The names of all numbers, those of nested objects with dots. */
function* numbersIn(metrics: JsonObject, prefix = ''): Generator<string> {
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === 'number') yield `${prefix}${name}`;
    else if (isJsonObject(value) && !(isEvaluation(metrics) && metricParts.has(name))) {
      yield* numbersIn(value, `${prefix}${name}.`);
    }
  }
}

function fieldOf(json: Json | undefined, name: string): Json | undefined {
  return isJsonObject(json) ? json[name] : undefined;
}

function numberIn(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
