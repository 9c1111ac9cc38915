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
 * Creates a folder and its missing parents. Unlike `mkdirSync` with `recursive`, it does not try for ever in a file system that allows no
 * folders, such as /proc. @param mode of new folders, without the bits of the umask.
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (isMade(path, mode)) return;
  // If the parent exists, nothing more can be done: this reports the reason.
  if (!existsSync(dirname(path))) makeFolder(dirname(path), mode);
  if (!isMade(path, mode)) mkdirSync(path, mode);
}

/** Creates a folder of the cache, whose code and data are trusted: only the owner may write to new folders. */
export function makeCacheFolder(path: string): void {
  makeFolder(path, 0o755);
}

/** Creates one folder, or finds it; false if its parent is missing. */
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
 * Removes a folder with everything in it, even if its folders are read-only; of a symlink, only the link. Does nothing if it is missing.
 * `rmSync` checks everything once more than this, so it is used only if this fails.
 */
export function removeTree(directory: string): void {
  try {
    const stats = lstatSync(directory, { throwIfNoEntry: false });
    if (!stats) return;
    // A symlink is not followed: its target belongs to somebody else.
    if (stats.isDirectory()) remove(directory);
    else unlinkSync(directory);
  } catch {
    if (ifThere(() => lstatSync(directory))?.isDirectory()) removeResisting(directory, directory);
    else rmSync(directory, { force: true });
  }
}

/** Removes as much of a folder as is possible now: something may still write into it. */
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

/** How long a path may get before its content is moved up: less than what systems accept, which is 4096 bytes on Linux. */
const LONGEST_PATH = 900;

/** Removes a tree whose folders are locked, or so deep that their paths are too long. @param top of the tree */
function removeResisting(directory: string, top: string): void {
  chmodOwn(directory);
  // Another process may be removing it, too.
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

/** Lets the owner list a folder and remove its content. */
function chmodOwn(directory: string): void {
  try {
    chmodSync(directory, 0o700);
  } catch (error) {
    // The folder of another user: if something is wrong, removing it reports that.
    if (!hasCode(error, 'EPERM', 'ENOENT', 'EROFS')) throw error;
  }
}
