import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { hasCode, isAbsent } from './codes.ts';

/** Not an errno of Linux: the code that BSD uses for a file of the wrong kind. */
const WRONG_KIND = 'EFTYPE';

/** True if an error means that the path is not a regular file. */
export function isIrregular(error: unknown): boolean {
  return hasCode(error, WRONG_KIND, 'EISDIR', 'ENXIO');
}

/**
 * Opens a regular file for reading. A named pipe, which would block the reader for ever, is refused like a folder or a device.
 * @throws an error for which `isIrregular` is true if it is not one.
 */
export function openRegular(path: string): number {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return descriptor;
  closeSync(descriptor);
  const code = stats.isDirectory() ? 'EISDIR' : WRONG_KIND;
  throw Object.assign(new Error(`${path} is not a regular file`), { code, syscall: 'open', path });
}

/** The text of a regular file. @throws as `openRegular` does. */
export function readRegular(path: string): string {
  const descriptor = openRegular(path);
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** The text of a regular file; undefined if there is none. */
export function readText(path: string): string | undefined {
  try {
    return readRegular(path);
  } catch (error) {
    if (isAbsent(error) || isIrregular(error)) return undefined;
    throw error;
  }
}
