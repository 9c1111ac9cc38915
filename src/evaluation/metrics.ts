import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';

/** Means over the images of one set, or over several sets. Values that an older record does not have are undefined. */
export interface MeanScores {
  /** In [0, 1]. */
  readonly accuracy: number;
  /** Cross-entropy, in nats. */
  readonly loss: number | undefined;
  readonly brier: number | undefined;
  /** Expected calibration error, in [0, 1]. */
  readonly calibrationError: number | undefined;
}

/** The results of an evaluation: the metrics of a record. */
export interface EvaluationMetrics {
  /** The source and number of the images, as text. */
  readonly images: string;
  readonly clean: MeanScores;
  /** Mean over the evaluated corruptions at severity 5; undefined if nothing was evaluated there. */
  readonly corrupted: MeanScores | undefined;
  /** Mean over CIFAR-10-C's fifteen benchmark corruptions at all severities; undefined unless all were evaluated. */
  readonly benchmark: MeanScores | undefined;
  /** Accuracy by corruption, the mean over its severities. */
  readonly byCorruption: Readonly<Record<string, number>>;
  /** Accuracy by corruption and severity. */
  readonly bySeverity: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Accuracy by the name of a class: on clean images, and the mean over the evaluated corruptions at severity 5. */
  readonly byClass: Readonly<Record<string, ClassAccuracy>>;
  /** Corruptions left out, and the reason. */
  readonly notEvaluated: Readonly<Record<string, string>>;
}

/** Accuracy on the images of one class; undefined if there are none. */
export interface ClassAccuracy {
  readonly clean: number | undefined;
  readonly corrupted: number | undefined;
}

const means = ['clean', 'corrupted', 'benchmark'] as const;
const scoreNames = ['accuracy', 'loss', 'brier', 'calibrationError'] as const;
const scores = { accuracy: 'Accuracy', loss: 'Loss', brier: 'Brier', calibrationError: 'CalibrationError' } as const;

/** The name in a record of a score that is a mean over one set of images or several: `cleanAccuracy`. */
export function metricName(mean: (typeof means)[number], score: keyof MeanScores): string {
  return `${mean}${scores[score]}`;
}

/** What an evaluation reports in parts: the numbers in it belong to the whole. */
export const metricParts: ReadonlySet<string> = new Set(['byCorruption', 'bySeverity', 'byClass']);

/** True if metrics are those of an evaluation. */
export function isEvaluation(json: JsonObject): boolean {
  return readMean(json, 'clean') !== undefined;
}

/** Accuracy by corruption, then by severity, as an evaluation reports it; empty if it reports none. */
export function readBySeverity(json: JsonObject): EvaluationMetrics['bySeverity'] {
  return entriesOf(json['bySeverity'], (value) => entriesOf(value, numberOf));
}

const synthetic = 'SYNTHETIC';

/** The source of images that the program drew itself, as stages report it. */
export const syntheticImages = `${synthetic} images, not CIFAR-10`;

/** True if a stage says of its images that they are synthetic. */
export function isOfSyntheticImages(metrics: JsonObject): boolean {
  return Object.values(metrics).some((value) => typeof value === 'string' && value.includes(synthetic));
}

/** The names of the metrics in a record: `cleanAccuracy`, `corruptedCalibrationError`, … */
export function writeMetrics(metrics: EvaluationMetrics): JsonObject {
  const flat = means.flatMap((mean) =>
    scoreNames.flatMap((score) => {
      const value = metrics[mean]?.[score];
      return value === undefined ? [] : [[metricName(mean, score), value] as const];
    }),
  );
  return {
    images: metrics.images,
    ...Object.fromEntries(flat),
    byCorruption: metrics.byCorruption,
    bySeverity: metrics.bySeverity,
    byClass: Object.fromEntries(
      Object.entries(metrics.byClass).map(([name, { clean, corrupted }]) => [
        name,
        { ...(clean !== undefined && { clean }), ...(corrupted !== undefined && { corrupted }) },
      ]),
    ),
    notEvaluated: metrics.notEvaluated,
  };
}

/** Reads a stage's metrics as an evaluation's; undefined if they are something else. */
export function readMetrics(json: JsonObject): EvaluationMetrics | undefined {
  const [clean, corrupted, benchmark] = means.map((mean) => readMean(json, mean));
  if (!clean) return undefined;
  return {
    images: typeof json['images'] === 'string' ? json['images'] : '',
    clean,
    corrupted,
    benchmark,
    byCorruption: entriesOf(json['byCorruption'], numberOf),
    bySeverity: readBySeverity(json),
    byClass: entriesOf(json['byClass'], (value) =>
      isJsonObject(value) ? { clean: numberOf(value['clean']), corrupted: numberOf(value['corrupted']) } : undefined,
    ),
    notEvaluated: entriesOf(json['notEvaluated'], (value) => (typeof value === 'string' ? value : undefined)),
  };
}

function readMean(json: JsonObject, mean: (typeof means)[number]): MeanScores | undefined {
  const score = (name: keyof MeanScores) => numberOf(json[metricName(mean, name)]);
  const accuracy = score('accuracy');
  if (accuracy === undefined) return undefined;
  return { accuracy, loss: score('loss'), brier: score('brier'), calibrationError: score('calibrationError') };
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function entriesOf<Value>(
  json: Json | undefined,
  read: (value: Json) => Value | undefined,
): Readonly<Record<string, Value>> {
  if (!isJsonObject(json)) return {};
  const entries = Object.entries(json).map(([name, value]) => [name, read(value)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Value] => entry[1] !== undefined));
}
