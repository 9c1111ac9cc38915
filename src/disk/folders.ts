import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCode, ifThere, isSystemError } from './codes.ts';

/**
 * Makes a folder, and the folders above it that are missing. Unlike `mkdirSync` with `recursive`, it does not try for ever in a file
 * system that lets nothing be made, such as /proc. @param mode of what is made, less what the umask takes away.
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (isMade(path, mode)) return;
  // Where the folder above is there, nothing more can be done: this says why.
  if (!existsSync(dirname(path))) makeFolder(dirname(path), mode);
  if (!isMade(path, mode)) mkdirSync(path, mode);
}

/** Makes a folder of the cache, whose code and answers are believed: nobody but the owner may write to what is made. */
export function makeCacheFolder(path: string): void {
  makeFolder(path, 0o755);
}

/** Makes one folder, or finds it; false if the folder above it is missing. */
function isMade(path: string, mode: number): boolean {
  try {
    mkdirSync(path, mode);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    if (hasCode(error, 'EEXIST') && statSync(path).isDirectory()) return true;
    throw error;
  }
}

/**
 * Removes a folder and all in it, whatever its folders' modes, but of a symlink only the link; does nothing if it is missing.
 * `rmSync` looks at everything once more than this: it is for what resists.
 */
export function removeTree(directory: string): void {
  try {
    // A symlink has nothing in it: what it leads to is somebody else's.
    if (lstatSync(directory).isDirectory()) remove(directory);
    else unlinkSync(directory);
  } catch {
    if (ifThere(() => lstatSync(directory))?.isDirectory()) removeResisting(directory, directory);
    else rmSync(directory, { force: true });
  }
}

/** Removes a folder as far as that can be done now: something may still write into it. */
export function removeOrLeave(directory: string): void {
  try {
    removeTree(directory);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function remove(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) remove(path);
    else unlinkSync(path);
  }
  rmdirSync(directory);
}

/** How long a path may get before what lies at it is moved up: less than what systems take, which is 4096 bytes on Linux. */
const LONGEST_PATH = 900;

/** Removes a tree whose folders are locked, or lie so deep that their paths are too long. @param top of the tree */
function removeResisting(directory: string, top: string): void {
  chmodOwn(directory);
  // Another process may remove it, too.
  for (const entry of ifThere(() => readdirSync(directory, { withFileTypes: true })) ?? []) {
    const path = join(directory, entry.name);
    if (!entry.isDirectory()) rmSync(path, { force: true });
    else if (Buffer.byteLength(path) <= LONGEST_PATH) removeResisting(path, top);
    else {
      chmodOwn(path);
      const raised = mkdtempSync(join(top, 'deep-'));
      renameSync(path, raised);
      removeResisting(raised, top);
    }
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 2 });
}

/** Lets its owner look into a folder and remove what is there. */
function chmodOwn(directory: string): void {
  try {
    chmodSync(directory, 0o700);
  } catch (error) {
    // Another user's: removing it says what is wrong, where anything is.
    if (!hasCode(error, 'EPERM', 'ENOENT', 'EROFS')) throw error;
  }
}
