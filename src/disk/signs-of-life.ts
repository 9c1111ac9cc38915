import { rmSync, statSync, writeFileSync } from 'node:fs';
import { aliveness, type ProcessIdentity, processName, thisProcess } from './process-identity.ts';

/** How often a process that holds something shows that it is alive, to those who cannot ask: it writes the file that names it again. */
export const BEAT_MILLISECONDS = 5_000;

/** After how long without such a sign a process that nobody here can ask about counts as gone. */
export const SILENCE_MILLISECONDS = 60_000;

/**
 * Whether a process is at work, as far as can be seen from here: by its pid on the observer's host and in its pid namespace, otherwise
 * by its last sign of life.
 * @param silence how long ago that was, in milliseconds; asked only if it matters.
 */
export function isAtWork(other: ProcessIdentity, observer: ProcessIdentity, silence: () => number): boolean {
  const seen = aliveness(other, observer);
  return seen === 'unknown' ? silence() < SILENCE_MILLISECONDS : seen === 'alive';
}

/** The time a file beside `path` gets that is written now: a host's own clock may differ from the file server's. */
export function fileSystemNow(path: string): number {
  const probe = `${path}.${processName(thisProcess())}.now`;
  try {
    writeFileSync(probe, '');
    return statSync(probe).mtimeMs;
  } finally {
    rmSync(probe, { force: true });
  }
}
