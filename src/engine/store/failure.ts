import { existsSync } from 'node:fs';
import { isSystemError, reasonOf } from '../../disk/codes.ts';
import { EnvironmentError, UserError } from '../../problem/errors.ts';
import type { OutputRecord } from '../record.ts';
import type { Damage } from './contract.ts';

/** The content of an output is missing from the store, or was altered. */
export class ArtifactLostError extends EnvironmentError {
  readonly digest: string;

  constructor(name: string, { digest }: OutputRecord, damage: Damage, directory: string) {
    super(`The artifact ${name} (${digest.slice(0, 12)}) is ${damage} in ${directory}.`, {
      hint: 'Run the stage that made it: `pipe run PIPELINE --target STAGE`.',
    });
    this.digest = digest;
  }
}

/** Content from elsewhere does not match the digest that was requested: it is not stored. */
export class ForeignBytesError extends EnvironmentError {
  constructor(digest: string, actual: string) {
    super(`What was received for ${digest.slice(0, 12)} has another sha256: ${actual}.`);
  }
}

/** A directory disappeared while it was in use. @param what its name for the user. */
export function removedInUse(
  directory: string,
  { what = 'artifact store', cause }: { readonly what?: string; readonly cause?: unknown } = {},
): EnvironmentError {
  return new EnvironmentError(`The ${what} ${directory} was removed while it was in use.`, {
    hint: 'Run the same command again: it recreates the store and recomputes what was lost.',
    cause,
  });
}

/** One file or folder of the store cannot be used; others are not affected. */
export class StoreEntryError extends EnvironmentError {}

/**
 * An error of the operating system as a message about a directory; every other error unchanged.
 * @param what the name of the directory for the user.
 */
export function explainFailure(error: unknown, directory: string, what = 'artifact store'): unknown {
  if (error instanceof UserError || !isSystemError(error)) return error;
  const { code = '', syscall, path } = error;
  const refuse = (message: string, hint: string) => new EnvironmentError(message, { hint, cause: error });
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return refuse(
      `The disk of ${directory} is full.`,
      'Free some space (`pipe gc` removes old artifacts) or choose another place with --artifacts DIR, then run the same command again: finished stages are kept.',
    );
  }
  if (syscall === 'symlink' && (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS')) {
    return refuse(
      `The file system that holds ${directory} does not support symlinks, which the artifact store needs for its locks.`,
      'Choose a directory on a local disk with --artifacts DIR.',
    );
  }
  if (code === 'EROFS') {
    return refuse(
      `The ${what} ${directory} is on a file system that has become read-only.`,
      'Look for the reason in the system log (`dmesg`), remount it, or choose another place with --artifacts DIR.',
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
  return new StoreEntryError(`The ${what} ${directory} could not ${syscall} ${path ?? 'a file'}: ${reasonOf(error)}.`, {
    hint:
      code === 'EACCES' || code === 'EPERM'
        ? 'Check its owner and permissions, or choose another place with --artifacts DIR.'
        : 'Look at that path; `pipe verify` lists the damaged files of the store.',
    cause: error,
  });
}
