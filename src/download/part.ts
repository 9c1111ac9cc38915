import { readdir, rename, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Parts this process is writing. */
const claimed = new Set<string>();
let claims = 0;

/**
 * A half-downloaded file that only its claimant writes to.
 * A free part is `FILE.part`; a claimed one carries host and process, so that two downloads of one file never share bytes
 * and what a killed process left behind can be told from what a living one is writing.
 */
export interface Part {
  readonly path: string;
  /** Leaves the bytes, where there are any, for the next download to resume from. */
  release(): Promise<void>;
  /** Gives the finished part its final name, over whatever is there. */
  finish(): Promise<void>;
}

/** Claims a part of `to`: a free one, one whose process is gone, or a new, empty one. */
export async function claimPart(to: string): Promise<Part> {
  const free = `${to}.part`;
  const path = `${free}-${hostname()}-${process.pid}-${claims++}`;
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

/** Length of a part in bytes; 0 where nothing was written yet. */
export async function partBytes(path: string): Promise<number> {
  const state = await stat(path).catch(ignoreMissing);
  return state?.size ?? 0;
}

async function abandonedParts(free: string): Promise<string[]> {
  const prefix = `${basename(free)}-${hostname()}-`;
  const names = await readdir(dirname(free));
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ path: join(dirname(free), name), process: Number.parseInt(name.slice(prefix.length), 10) }))
    .filter((part) => !claimed.has(part.path) && (part.process === process.pid || !isAlive(part.process)))
    .map((part) => part.path);
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Renaming is atomic: of two that want the same part, one gets it. */
async function renamed(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    (error) => ignoreMissing(error) ?? false,
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
