import { fromFloat16, toFloat16 } from '../data/files/float16.ts';
import type { Tensor } from '../data/files/tensor.ts';
import { openSafetensors } from '../data/safetensors/read.ts';
import { writeSafetensors } from '../data/safetensors/write.ts';
import { predictions } from './scores.ts';

/** The set of images that is not corrupted. */
export const cleanSet = 'clean';

/** The set of one corruption at one severity. */
export function corruptedSet(corruption: string, severity: number | string): string {
  return `${corruption}-${severity}`;
}

/** The answers of a network for every image of an evaluation: its output `answers`. */
export interface Answers {
  /** Names of sets. Corrupted sets contain the first images of the clean one, in their order. */
  readonly sets: readonly string[];
  /** [clean images]. */
  readonly labels: Uint8Array;
  /** The predicted class of each image of a set. @returns [images]. */
  predictions(set: string): Promise<Uint8Array>;
  /** The logits of each image of a set, rounded to float16; undefined if only predictions were kept. @returns [images, classes]. */
  logits(set: string): Promise<Float32Array | undefined>;
  close(): Promise<void>;
}

/** Writes answers. @param kept the sets whose logits are kept; predictions are kept for all. */
export async function writeAnswers(
  path: string,
  { labels, logits, classes }: { labels: Uint8Array; logits: ReadonlyMap<string, Float32Array>; classes: number },
  kept: (set: string) => boolean,
): Promise<void> {
  const tensors = new Map<string, Tensor>([['labels', { shape: [labels.length], values: labels }]]);
  for (const [set, values] of logits) {
    const images = values.length / classes;
    tensors.set(predictionsOf(set), { shape: [images], values: predictions(values, classes) });
    if (kept(set)) tensors.set(logitsOf(set), { shape: [images, classes], values: toFloat16(values) });
  }
  await writeSafetensors(path, tensors);
}

/** Opens a file of answers; the caller must close it. @throws EnvironmentError with one sentence on what is wrong with it. */
export async function openAnswers(path: string): Promise<Answers> {
  const file = await openSafetensors(path);
  const suffix = predictionsOf('');
  return {
    sets: [...file.tensors.keys()].filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length)),
    labels: await file.read('labels', 'U8'),
    predictions: (set) => file.read(predictionsOf(set), 'U8'),
    async logits(set) {
      return file.tensors.has(logitsOf(set)) ? fromFloat16(await file.read(logitsOf(set), 'F16')) : undefined;
    },
    close: () => file.close(),
  };
}

function predictionsOf(set: string): string {
  return `${set}/predictions`;
}

function logitsOf(set: string): string {
  return `${set}/logits`;
}
