import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../compute/location.ts';
import { makeCacheFolder } from '../disk/folders.ts';
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
  const pathOf = (slot: string) => join(folder, createHash('sha256').update(`${directory}\0${slot}`).digest('hex'));
  return {
    program: PIPE_SOURCE_DIGEST,
    find: (slot) => readFile(pathOf(slot), 'utf8').catch(() => undefined),
    async keep(slot, text) {
      try {
        makeCacheFolder(folder);
        const draft = join(folder, randomUUID());
        await writeFile(draft, text);
        await rename(draft, pathOf(slot));
        await forgetOldest(folder);
      } catch {
        // A cache that cannot be written costs only time.
      }
    },
  };
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= keptReadings) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  aged.sort((a, b) => b.at - a.at);
  await Promise.all(aged.slice(keptReadings).map(({ name }) => rm(join(folder, name), { force: true })));
}
