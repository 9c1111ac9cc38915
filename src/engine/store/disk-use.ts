import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere, isSystemError } from '../../disk/codes.ts';
import type { Layout } from './layout.ts';

/** The bytes in a folder's files, and when one of them was last written; of nothing, if the folder does not exist. */
export function diskUse(directory: string): { bytes: number; lastUsed: number } {
  let bytes = 0;
  let lastUsed = ifThere(() => lstatSync(directory).mtimeMs) ?? 0;
  for (const name of readable(() => readdirSync(directory, { recursive: true, encoding: 'utf8' })) ?? []) {
    // For a symlink, not what it points to: removing it frees none of that.
    const stats = readable(() => lstatSync(join(directory, name)));
    if (stats?.isFile()) bytes += stats.size;
    lastUsed = Math.max(lastUsed, stats?.mtimeMs ?? 0);
  }
  return { bytes, lastUsed };
}

/** The most bytes of the caches of digests, which grow with every change of a file until a collection: reading as many takes a second. */
const MOST_DIGEST_BYTES = 64 * 1024 * 1024;

/**
 * Whether a store needs no collection to have at most `maxSize` bytes. A collection counts exactly, but reads every record. This counts all files,
 * also those that no record needs, so it may ask for a collection that removes no result.
 */
export function fitsInto(maxSize: number, layout: Layout): boolean {
  const { objects, logRoot, checkpointRoot, endRoot, failedRoot, runs, damaged, states, fileDigests } = layout;
  const bytesOf = (folders: readonly string[]) => folders.reduce((sum, folder) => sum + diskUse(folder).bytes, 0);
  return (
    bytesOf([objects, logRoot, checkpointRoot, endRoot, failedRoot, runs, damaged]) <= maxSize &&
    bytesOf([states, fileDigests]) <= MOST_DIGEST_BYTES
  );
}

/** What `look` returns; undefined if a stage left something that cannot be inspected. Removing it changes that. */
function readable<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
