import { constants } from 'node:os';

/** How long what was told to stop may take before it is killed: a command, or a stage until its next step. */
export const stopGraceMilliseconds = 10_000;

/** How long the output of processes that have ended may stay open. */
export const closingMilliseconds = 1_000;

/** How a program ended. */
export interface Ended {
  /** Its exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly killedBy: string | null;
}

/** Reads an exit code that a shell passed on: it reports a signal as 128 and the signal's number. */
export function endedWith(status: number): Ended {
  const killedBy = Object.entries(constants.signals).find(([, number]) => status === 128 + number)?.[0];
  return killedBy === undefined ? { code: status, killedBy: null } : { code: null, killedBy };
}
