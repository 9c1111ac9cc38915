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

/** Digests of files outside the store, remembered in a folder. Nothing is written before `keep`: a plan writes nothing. */
export class FileDigests {
  readonly #cache: DigestCache;
  /** By path: the state in which the file was when its digest was asked for last. */
  readonly #states = new Map<string, string>();

  constructor(folder: string, options: DigestCacheOptions) {
    this.#cache = new DigestCache(folder, options);
  }

  /**
   * sha256 of a file's bytes; free while its state is one that was hashed before.
   * @throws EnvironmentError if there is no file to read, or it is written to all the time.
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
   * Tells the file apart from what it was at other times, as it was when its digest was asked for last; undefined if it never was.
   * Its times cannot be put back, as its content can.
   */
  version(path: string): string | undefined {
    return this.#states.get(resolve(path));
  }

  /** Remembers for later processes, from now on, and what was asked until now. */
  keep(): void {
    this.#cache.keep();
  }
}

/**
 * sha256 of a file that another process may have mapped into its memory. Its pages go to the disk first: only a write to a page that is
 * on the disk changes the file's times, so that later writes through the mapping are seen.
 */
async function sha256OfMapped(path: string): Promise<Hashed> {
  const descriptor = openRegular(path);
  try {
    // Where a file system does not do this, it is not needed or not possible.
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
