import { closeSync, fsync as fsyncCallback } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { hasCode, isAbsent } from '../disk/codes.ts';
import { DigestCache, type DigestCacheOptions } from '../disk/digest-cache.ts';
import { stateOf } from '../disk/file-state.ts';
import { isIrregular, openRegular } from '../disk/regular-file.ts';
import { type Hashed, sha256OfOpen } from '../disk/sha256.ts';
import { EnvironmentError } from '../problem/errors.ts';

const fsync = promisify(fsyncCallback);

/** Digests of files outside the store, cached in a folder. Nothing is written before `keep`, because a plan writes nothing. */
export class FileDigests {
  readonly #cache: DigestCache;
  /** By path: the state of the file when its digest was last requested. */
  readonly #states = new Map<string, string>();

  constructor(folder: string, options: DigestCacheOptions) {
    this.#cache = new DigestCache(folder, options);
  }

  /**
   * sha256 of a file's bytes; free if its state is one that was hashed before.
   * @throws EnvironmentError if there is no file to read, or it is being written to all the time.
   */
  async digest(path: string): Promise<string> {
    const absolute = resolve(path);
    try {
      const present = stateOf(absolute);
      const known = present && this.#cache.find(absolute, present);
      if (present && known !== undefined) {
        this.#states.set(absolute, present.text);
        return known;
      }
      const { digest, state, isSettled } = await sha256OfMapped(absolute);
      if (!isSettled) throw changing(absolute);
      this.#cache.remember(absolute, state, digest);
      this.#states.set(absolute, state.text);
      return digest;
    } catch (error) {
      throw explain(error, absolute);
    }
  }

  /**
   * Identifies the version of a file at the time when its digest was last requested; undefined if it never was. Unlike its content, its
   * times cannot be restored.
   */
  version(path: string): string | undefined {
    return this.#states.get(resolve(path));
  }

  /** Stores digests for later processes, those requested until now and all later ones. */
  keep(): void {
    this.#cache.keep();
  }
}

/**
 * sha256 of a file that another process may have mapped into memory. Its pages are flushed to disk first: only a write to a page that is on
 * disk changes the file's times, so later writes through the mapping are noticed.
 */
async function sha256OfMapped(path: string): Promise<Hashed> {
  const descriptor = openRegular(path);
  try {
    // If a file system does not support this, it is not needed or not possible.
    await fsync(descriptor).catch(() => undefined);
    return await sha256OfOpen(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function changing(path: string): EnvironmentError {
  return new EnvironmentError(`${path} changed while it was being read.`, {
    hint: 'Wait until the program that writes it has finished, then run the same command again.',
  });
}

function explain(error: unknown, path: string): unknown {
  if (isAbsent(error)) return new EnvironmentError(`There is no file ${path}.`, { cause: error });
  if (hasCode(error, 'EACCES', 'EPERM')) {
    return new EnvironmentError(`The file ${path} is not readable.`, {
      hint: 'Check its owner and permissions.',
      cause: error,
    });
  }
  if (hasCode(error, 'EISDIR')) return new EnvironmentError(`${path} is a directory, not a file.`, { cause: error });
  if (isIrregular(error)) return new EnvironmentError(`${path} is not a regular file.`, { cause: error });
  return error;
}
