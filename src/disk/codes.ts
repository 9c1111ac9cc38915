/** True if an error is the operating system's, with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** True if an error is the operating system's answer to a call. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** True if an error says that a file or folder is not there. */
export function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR');
}

/** What `run` returns, or undefined if the file or folder it needs is not there. */
export function ifThere<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
