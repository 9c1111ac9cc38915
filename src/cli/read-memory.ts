import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../compute/location.ts';
import { keepCacheFile } from '../disk/cache-files.ts';
import type { ReadMemory } from '../schema/index.ts';
import type { CliContext } from './context.ts';

/** A digest of the sources; inserted by the bundler, absent if the sources run directly. */
declare const PIPE_SOURCE_DIGEST: string | undefined;

/** Enough for every pipeline and option that somebody works with; each takes about 20 kB. */
const keptReadings = 200;

/** Cached readings of pipelines, in the user's cache. Absent if the code runs from source, because the code may change. */
export function readMemory({
  environment,
  directory,
}: Pick<CliContext, 'environment' | 'directory'>): ReadMemory | undefined {
  if (typeof PIPE_SOURCE_DIGEST === 'undefined') return undefined;
  const folder = join(cacheDirectory(environment), 'readings');
  // Names in a slot are relative to the current folder.
  const nameOf = (slot: string) => createHash('sha256').update(`${directory}\0${slot}`).digest('hex');
  return {
    program: PIPE_SOURCE_DIGEST,
    find: (slot) => readFile(join(folder, nameOf(slot)), 'utf8').catch(() => undefined),
    keep: async (slot, text) => keepCacheFile(folder, nameOf(slot), text, keptReadings),
  };
}
