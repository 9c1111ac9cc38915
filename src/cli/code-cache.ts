import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, type Environment } from '../compute/location.ts';
import { keepCacheFile } from '../disk/cache-files.ts';
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
  return {
    find() {
      try {
        const descriptor = openRegular(join(folder, head));
        try {
          return isTrusted(descriptor) ? readFileSync(descriptor) : undefined;
        } finally {
          closeSync(descriptor);
        }
      } catch {
        return undefined;
      }
    },
    keep: (file) => keepCacheFile(folder, head, file, keptFiles),
  };
}

/** True if only this user or root can have written an open file, as for all code in the cache. */
function isTrusted(descriptor: number): boolean {
  const self = process.getuid?.();
  if (self === undefined) return true;
  const { uid, mode } = fstatSync(descriptor);
  return (uid === self || uid === 0) && (mode & 0o022) === 0;
}
