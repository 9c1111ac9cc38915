import { classNames } from '../data/cifar10/dataset.ts';
import {
  benchmark,
  type CorruptionName,
  corruptionNames,
  type Severity,
  severities,
} from '../data/corruptions/catalogue.ts';
import { mapValues } from '../json/map-values.ts';
import type { ClassAccuracy, EvaluationMetrics, MeanScores } from './metrics.ts';
import { accuracyByClass, type Scores } from './scores.ts';

/** A value for each corruption and severity, as in files. */
type BySet<Value> = Readonly<Record<string, Readonly<Record<string, Value>>>>;

/** The scores of every set of images, the source of the images, and what was left out. */
export interface MeasuredSets extends Pick<EvaluationMetrics, 'images' | 'notEvaluated'> {
  readonly clean: Scores;
  readonly corrupted: BySet<Scores>;
}

/** The means of an evaluation that a record has. */
export function metricsOf({ images, notEvaluated, clean, corrupted }: MeasuredSets): EvaluationMetrics {
  const { accuracy, loss, brier, calibrationError } = clean;
  return {
    images,
    clean: { accuracy, loss, brier, calibrationError },
    corrupted: meanScores(corrupted, (of) => meanAtSeverity5(of).value),
    // One minus what papers call mCE; a mean over fewer corruptions would not be comparable.
    benchmark: meanScores(corrupted, (of) => {
      const { value, missing } = meanOfBenchmark(of);
      return missing.length === 0 ? value : undefined;
    }),
    byCorruption: mapValues(corrupted, (bySeverity) => {
      const accuracies = Object.values(bySeverity).map((scores) => scores.accuracy);
      return accuracies.reduce((sum, share) => sum + share, 0) / accuracies.length;
    }),
    bySeverity: mapValues(corrupted, (bySeverity) => mapValues(bySeverity, (scores) => scores.accuracy)),
    byClass: byClass(clean, corrupted),
    notEvaluated,
  };
}

function meanScores(corrupted: BySet<Scores>, mean: (of: ByCorruption) => number | undefined): MeanScores | undefined {
  const over = (score: keyof MeanScores) => mean((name, severity) => corrupted[name]?.[severity]?.[score]);
  const accuracy = over('accuracy');
  if (accuracy === undefined) return undefined;
  return { accuracy, loss: over('loss'), brier: over('brier'), calibrationError: over('calibrationError') };
}

function byClass(clean: Scores, corrupted: BySet<Scores>): Readonly<Record<string, ClassAccuracy>> {
  const onClean = accuracyByClass(clean);
  const onCorrupted = mapValues(corrupted, (bySeverity) => mapValues(bySeverity, accuracyByClass));
  return Object.fromEntries(
    classNames.map((name, label) => {
      const accuracy: ByCorruption = (corruption, severity) => onCorrupted[corruption]?.[severity]?.[label];
      return [name, { clean: onClean[label], corrupted: meanAtSeverity5(accuracy).value }];
    }),
  );
}

/** A measurement under each corruption and severity; undefined if it was not evaluated. */
type ByCorruption = (name: CorruptionName, severity: Severity) => number | undefined;

/** A mean, and what it leaves out. */
interface Mean {
  /** Undefined if nothing was evaluated. */
  readonly value: number | undefined;
  /** How many corruptions it is over, of how many. */
  readonly over: number;
  readonly of: number;
  /** The corruptions that were not evaluated at every severity; the mean is over the others. */
  readonly missing: readonly CorruptionName[];
}

/** Over all nineteen corruptions at severity 5. */
export function meanAtSeverity5(measured: ByCorruption): Mean {
  return meanOver(corruptionNames, [5], measured);
}

/** Over the fifteen of the benchmark at all five severities: one minus the "mCE" that papers give for CIFAR-10-C. */
export function meanOfBenchmark(measured: ByCorruption): Mean {
  return meanOver(benchmark, severities, measured);
}

function meanOver(names: readonly CorruptionName[], levels: readonly Severity[], measured: ByCorruption): Mean {
  const missing: CorruptionName[] = [];
  const values: number[] = [];
  for (const name of names) {
    const row = levels.map((level) => measured(name, level)).filter((value) => value !== undefined);
    if (row.length === levels.length) values.push(...row);
    else missing.push(name);
  }
  const value = values.length > 0 ? values.reduce((sum, next) => sum + next, 0) / values.length : undefined;
  return { value, over: names.length - missing.length, of: names.length, missing };
}
