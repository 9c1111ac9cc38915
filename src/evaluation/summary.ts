import { classNames } from '../data/cifar10/dataset.ts';
import { type ByCorruption, meanAtSeverity5, meanOfBenchmark } from './corruption-means.ts';
import type { ClassAccuracy, EvaluationMetrics, MeanScores } from './metrics.ts';
import { accuracyByClass, type Scores } from './scores.ts';

/** A value under each corruption and severity, as files have it. */
type BySet<Value> = Readonly<Record<string, Readonly<Record<string, Value>>>>;

/** The scores of every set of images, where the images are from, and what was left out. */
export interface MeasuredSets extends Pick<EvaluationMetrics, 'images' | 'notEvaluated'> {
  readonly clean: Scores;
  readonly corrupted: BySet<Scores>;
}

/** The means that a record has of an evaluation. */
export function metricsOf({ images, notEvaluated, clean, corrupted }: MeasuredSets): EvaluationMetrics {
  const { accuracy, loss, brier, calibrationError } = clean;
  return {
    images,
    clean: { accuracy, loss, brier, calibrationError },
    corrupted: meanScores(corrupted, (of) => meanAtSeverity5(of).value),
    // One minus what papers call mCE; a mean over fewer than all would not be comparable.
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

function mapValues<From, To>(
  entries: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, map(value)]));
}
