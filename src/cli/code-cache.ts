import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, type Environment } from '../compute/location.ts';
import { makeCacheFolder } from '../disk/folders.ts';
import { openRegular } from '../disk/regular-file.ts';

/** Enough for every Node and version of pipe that somebody works with; each takes about 1 MB. */
const keptFiles = 8;

/** Compiled code of the command line for one Node with its options, in the user's cache. */
export interface CodeCache {
  /** The file of compiled code; undefined if there is none, or if another user could have written it. */
  find(): Uint8Array | undefined;
  keep(file: Uint8Array): void;
}

/**
 * The cache of compiled code for a Node whose code is not part of the package. `bin/bundle.cjs` loads this file before the command line, so
 * the build bundles it separately.
 * @param head identifies the bundle, and the Node with its options.
 */
export function codeCache(environment: Environment, head: string): CodeCache {
  const folder = join(cacheDirectory(environment), 'code');
  const path = join(folder, head);
  return {
    find() {
      try {
        const descriptor = openRegular(path);
        try {
          return isTrusted(descriptor) ? readFileSync(descriptor) : undefined;
        } finally {
          closeSync(descriptor);
        }
      } catch {
        return undefined;
      }
    },
    keep(file) {
      try {
        makeCacheFolder(folder);
        const draft = join(folder, randomUUID());
        writeFileSync(draft, file, { flag: 'wx', mode: 0o644 });
        renameSync(draft, path);
        forgetOldest(folder);
      } catch {
        // A cache that cannot be written costs only time.
      }
    },
  };
}

/** True if only this user or root can have written an open file, as for all code in the cache. */
function isTrusted(descriptor: number): boolean {
  const self = process.getuid?.();
  if (self === undefined) return true;
  const { uid, mode } = fstatSync(descriptor);
  return (uid === self || uid === 0) && (mode & 0o022) === 0;
}

function forgetOldest(folder: string): void {
  const aged = readdirSync(folder).map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }));
  aged.sort((a, b) => b.at - a.at);
  for (const { name } of aged.slice(keptFiles)) rmSync(join(folder, name), { force: true });
}
