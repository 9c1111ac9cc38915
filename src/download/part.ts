import { readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAbsent } from '../disk/codes.ts';
import { aliveness, processName, processNamed, thisProcess } from '../disk/process-identity.ts';
import { fileSystemNow } from '../disk/signs-of-life.ts';

/**
 * After this long without a new byte, a part of another host or container is free: longer than a download keeps trying without progress.
 */
const abandonedMilliseconds = 10 * 60_000;

/** Parts that this process is writing. */
const claimed = new Set<string>();
let claims = 0;

/**
 * A partial download that only its claimant writes to. A free part is `FILE.part`; the name of a claimed one contains its process, so that
 * two downloads of one file never share bytes, and parts of killed and of living processes can be distinguished.
 */
export interface DownloadPart {
  readonly path: string;
  /** Leaves the bytes, if any, for the next download to resume. */
  release(): Promise<void>;
  /** Gives the complete part its final name, and replaces an existing file. */
  finish(): Promise<void>;
}

/** Claims a part of `to`: a free one, one whose process is gone, or a new, empty one. */
export async function claimPart(to: string): Promise<DownloadPart> {
  const free = `${to}.part`;
  const path = `${free}-${processName(thisProcess())}-${claims++}`;
  claimed.add(path);
  for (const candidate of [free, ...(await abandonedParts(free))]) {
    if (await renamed(candidate, path)) break;
  }
  return {
    path,
    async release() {
      await renamed(path, free);
      claimed.delete(path);
    },
    async finish() {
      await rename(path, to);
      claimed.delete(path);
    },
  };
}

/** Length of a part in bytes; 0 if nothing was written yet. */
export async function partBytes(path: string): Promise<number> {
  const state = await stat(path).catch(ignoreMissing);
  return state?.size ?? 0;
}

async function abandonedParts(free: string): Promise<string[]> {
  const prefix = `${basename(free)}-`;
  const names = await readdir(dirname(free));
  const parts = names.filter((name) => name.startsWith(prefix)).map((name) => join(dirname(free), name));
  const abandoned = await Promise.all(parts.map((path) => isAbandoned(path, free)));
  return parts.filter((_, index) => abandoned[index]);
}

async function isAbandoned(path: string, free: string): Promise<boolean> {
  if (claimed.has(path)) return false;
  const [, name] = /^(.*)-\d+$/.exec(path.slice(free.length + 1)) ?? [];
  if (name === undefined) return false;
  const here = thisProcess();
  // It belongs to this process but is not claimed: giving it back had failed.
  if (name === processName(here)) return true;
  const owner = processNamed(name, here);
  const seen = owner === undefined ? 'unknown' : aliveness(owner, here);
  if (seen !== 'unknown') return seen === 'dead';
  const touched = await stat(path).catch(ignoreMissing);
  return touched !== undefined && fileSystemNow(free) - touched.mtimeMs > abandonedMilliseconds;
}

/** Renaming is atomic: if two want the same part, one gets it. */
async function renamed(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    (error) => ignoreMissing(error) ?? false,
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (!isAbsent(error)) throw error;
  return undefined;
}
