import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCacheFolder } from './folders.ts';

/**
 * Writes a file atomically to a folder of the user's cache, and removes the oldest files of the folder if there are more than `most`. A cache that
 * cannot be written costs only time, so this never fails.
 */
export function keepCacheFile(folder: string, name: string, content: string | Uint8Array, most: number): void {
  try {
    makeCacheFolder(folder);
    const draft = join(folder, randomUUID());
    // Trusted like all of the cache: only the owner may write to it.
    writeFileSync(draft, content, { flag: 'wx', mode: 0o644 });
    renameSync(draft, join(folder, name));
    forgetOldest(folder, most);
  } catch {
    // The next process does the work again.
  }
}

function forgetOldest(folder: string, most: number): void {
  const names = readdirSync(folder);
  if (names.length <= most) return;
  const aged = names.map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }));
  aged.sort((a, b) => b.at - a.at);
  for (const { name } of aged.slice(most)) rmSync(join(folder, name), { force: true });
}
