import { existsSync } from 'node:fs';
import { EnvironmentError, UserError } from '../../problem/errors.ts';
import type { OutputRecord } from '../record.ts';
import type { Damage } from './contract.ts';

/** The content of an output is gone from the store, or is not what it was. */
export class ArtifactLostError extends EnvironmentError {
  readonly digest: string;

  constructor(name: string, { digest }: OutputRecord, damage: Damage, directory: string) {
    super(`The artifact ${name} (${digest.slice(0, 12)}) is ${damage} in ${directory}.`, {
      hint: 'Run the pipeline again: the stage that made it runs again.',
    });
    this.digest = digest;
  }
}

/** That content from elsewhere does not have the digest it was asked for by: nothing of it is kept. */
export class ForeignBytesError extends EnvironmentError {
  constructor(digest: string, actual: string) {
    super(`What came for ${digest.slice(0, 12)} has other bytes: their sha256 is ${actual}.`);
  }
}

/** That a directory went while it was in use. @param what it is to the user. */
export function removedInUse(
  directory: string,
  { what = 'artifact store', cause }: { readonly what?: string; readonly cause?: unknown } = {},
): EnvironmentError {
  return new EnvironmentError(`The ${what} ${directory} was removed while it was in use.`, {
    hint: 'Run the same command again: the store is made anew, and what was lost is computed again.',
    cause,
  });
}

/**
 * An operating system's refusal as a sentence about a directory; every other error as it is.
 * @param what the directory is to the user.
 */
export function explainFailure(error: unknown, directory: string, what = 'artifact store'): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const refuse = (message: string, hint: string) => new EnvironmentError(message, { hint, cause: error });
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return refuse(
      `The disk that holds ${directory} is full.`,
      'Free some space (`pipe gc` removes old artifacts) or choose another place with --artifacts DIR, then run the same command again: finished stages are kept.',
    );
  }
  if (syscall === 'symlink' && (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS')) {
    return refuse(
      `The file system that holds ${directory} has no symbolic links, which the artifact store needs for its locks.`,
      'Choose a directory on a local disk with --artifacts DIR.',
    );
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return refuse(
      `The ${what} ${directory} does not let us ${syscall} ${path ?? 'a file'} (${code}).`,
      'Check who owns it and whether it is mounted read-only, or choose another place with --artifacts DIR.',
    );
  }
  if (code === 'ENOENT' && !existsSync(directory)) {
    return removedInUse(directory, { what, cause: error });
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    return refuse(
      'Too many files are open at once.',
      'Raise the limit (`ulimit -n 4096`) or run fewer jobs (--jobs N).',
    );
  }
  return refuse(
    `The ${what} ${directory} could not ${syscall} ${path ?? 'a file'} (${code}).`,
    'Run `pipe verify` to see what the store holds.',
  );
}
