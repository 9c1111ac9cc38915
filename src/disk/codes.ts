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
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'part of the path is not a folder',
  EEXIST: 'something else is in its place',
  EISDIR: 'a folder is in its place',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk reported an error',
  ESTALE: 'the server of the folder no longer has it',
};

/** Why the operating system refused: `permission denied (EACCES): /path`; its own words if this file has none. */
export function refusalWords({ code = '', path, message }: NodeJS.ErrnoException): string {
  const reason = reasons[code];
  return reason === undefined ? message : `${reason} (${code})${path === undefined ? '' : `: ${path}`}`;
}
