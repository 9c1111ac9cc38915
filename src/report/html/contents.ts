import type { StageSummary } from '../../engine/index.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';
import type { Share } from './dot-plot.ts';

/** One epoch of a training stage, as its history has it. */
export interface Epoch {
  readonly loss: number;
  readonly accuracy: number;
  readonly val_loss: number;
  readonly val_accuracy: number;
}

/** How a model did on images that it was not trained on. */
export interface Measured {
  readonly clean: Share;
  /** How many clean images. */
  readonly images: number;
  /** Mean over the corruptions at the highest severity that was measured. */
  readonly corrupted: Share | undefined;
  /** By corruption, over the severities that were measured. */
  readonly byCorruption: Readonly<Record<string, Share>>;
  /** Where the images are from, in words. */
  readonly source: string;
  readonly notEvaluated: Readonly<Record<string, string>>;
}

/** The contents of a stage's small JSON outputs, by output. */
export type Contents = Readonly<Record<string, Json>>;

/** Loss and accuracy by epoch, where an output holds them. */
export function historyOf(contents: Contents): readonly Epoch[] | undefined {
  const found = Object.values(contents).find((json) => Array.isArray(json) && json.length > 0 && json.every(isEpoch));
  return found as readonly Epoch[] | undefined;
}

function isEpoch(value: Json): boolean {
  return (
    isJsonObject(value) &&
    ['loss', 'accuracy', 'val_loss', 'val_accuracy'].every((name) => typeof value[name] === 'number')
  );
}

/** The measurements of an evaluation, where an output holds them. */
export function measuredOf(contents: Contents): Measured | undefined {
  const found = Object.values(contents).find((json) => isJsonObject(json) && countOf(json['clean']) !== undefined);
  if (!isJsonObject(found)) return undefined;
  const clean = countOf(found['clean'])!;
  const corruptions = Object.entries(isJsonObject(found['corrupted']) ? found['corrupted'] : {});
  const counts = corruptions.map(([name, bySeverity]) => [name, countsOf(bySeverity)] as const);
  const hardest = counts.flatMap(([, bySeverity]) => bySeverity.at(-1) ?? []);
  return {
    clean: shareOf([clean]),
    images: clean.images,
    corrupted: hardest.length > 0 ? shareOf(hardest) : undefined,
    byCorruption: Object.fromEntries(counts.map(([name, bySeverity]) => [name, shareOf(bySeverity)])),
    source: typeof found['images'] === 'string' ? found['images'] : '',
    notEvaluated: textsOf(found['notEvaluated']),
  };
}

interface Count {
  readonly accuracy: number;
  readonly images: number;
}

function countOf(json: Json | undefined): Count | undefined {
  if (!isJsonObject(json)) return undefined;
  const { accuracy, images } = json;
  return typeof accuracy === 'number' && typeof images === 'number' && images > 0 ? { accuracy, images } : undefined;
}

/** The counts of one corruption, severities in order. */
function countsOf(json: Json): readonly Count[] {
  if (!isJsonObject(json)) return [];
  return Object.keys(json)
    .sort()
    .flatMap((severity) => countOf(json[severity]) ?? []);
}

/**
 * The mean share over sets of images, and its binomial standard error sqrt(p (1 - p) / n). Corruptions and severities of the same
 * images are no independent draws: n counts them once, which makes the error too large rather than too small.
 */
function shareOf(counts: readonly Count[]): Share {
  const value = counts.reduce((sum, { accuracy }) => sum + accuracy, 0) / counts.length;
  const images = Math.min(...counts.map((count) => count.images));
  return { value, error: Math.sqrt((value * (1 - value)) / images) };
}

function textsOf(json: Json | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(isJsonObject(json) ? json : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Whether anything that a stage says of its data says that it is synthetic. */
export function isSynthetic({ metrics }: Pick<StageSummary, 'metrics'>): boolean {
  return Object.values(metrics as JsonObject).some((value) => typeof value === 'string' && value.includes('SYNTHETIC'));
}
