/** True if an error comes from the operating system, with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** True if an error is the operating system's answer to a call. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** True if an error means that a file or folder does not exist. */
export function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR');
}

/** What `run` returns, or undefined if a file or folder that it needs does not exist. */
export function ifThere<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it exceeds the limit on file sizes (see `ulimit -f`)',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a file is in the place of a folder above it',
  EEXIST: 'something else is in its place',
  EISDIR: 'a folder is in its place',
  ENOTEMPTY: 'a folder that is not empty is in its place',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'the symlinks above it form a cycle',
  EIO: 'the disk reported an error',
  ESTALE: 'the server of the folder no longer has it',
};

/** Why the operating system refused, as a clause: `permission denied (EACCES)`; the code alone if it is rare. */
export function reasonOf({ code = '' }: NodeJS.ErrnoException): string {
  const reason = reasons[code];
  return reason === undefined ? code : `${reason} (${code})`;
}

/** The same with the path: `permission denied (EACCES): /path`; the message of any other error. */
export function refusalWords(error: NodeJS.ErrnoException): string {
  const { code = '', path, message } = error;
  return reasons[code] === undefined ? message : `${reasonOf(error)}${path === undefined ? '' : `: ${path}`}`;
}
