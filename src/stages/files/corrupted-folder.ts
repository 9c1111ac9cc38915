import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CorruptionName, Severity } from '../../data/index.ts';

/** The index of the .npy files, next to them. */
export interface CorruptedIndex {
  /** The source of the images, for people. */
  readonly source: string;
  /** Images per severity. */
  readonly images: number;
  /** Severity s is rows at `severities.indexOf(s) * images` of every file. */
  readonly severities: readonly Severity[];
  readonly corruptions: readonly CorruptionName[];
  /** Corruptions that could not be made, and the reason. */
  readonly notEvaluated: Readonly<Record<string, string>>;
}

/** The index's name in its folder. */
export const corruptedIndexFile = 'index.json';

/** Reads the index of a folder of corrupted images. */
export async function readCorruptedIndex(folder: string): Promise<CorruptedIndex> {
  return JSON.parse(await readFile(join(folder, corruptedIndexFile), 'utf8')) as CorruptedIndex;
}
