import { rmSync, statSync, writeFileSync } from 'node:fs';
import { aliveness, type ProcessIdentity, processName, thisProcess } from './process-identity.ts';

/**
 * How often a process that holds something shows that it is alive, for processes that cannot check its pid: it rewrites the file that names
 * it.
 */
export const BEAT_MILLISECONDS = 5_000;

/** Without a sign for this long, a process whose pid cannot be checked counts as gone. */
export const SILENCE_MILLISECONDS = 60_000;

/**
 * Whether a process is alive, as far as this one can tell: by its pid, on the same host and in the same pid namespace, otherwise by its
 * last sign of life.
 * @param silence how long ago that was, in milliseconds; called only if it matters.
 */
export function isAtWork(other: ProcessIdentity, observer: ProcessIdentity, silence: () => number): boolean {
  const seen = aliveness(other, observer);
  return seen === 'unknown' ? silence() < SILENCE_MILLISECONDS : seen === 'alive';
}

/** The time that a file written now next to `path` gets: the clock of the host may differ from that of the file server. */
export function fileSystemNow(path: string): number {
  const probe = `${path}.${processName(thisProcess())}.now`;
  try {
    writeFileSync(probe, '');
    return statSync(probe).mtimeMs;
  } finally {
    rmSync(probe, { force: true });
  }
}
