import type { RunListener } from '../engine/index.ts';

/** Shows a running run. */
export interface Display {
  readonly hear: RunListener;
  /** Prints a line that is not an event of the run. */
  say(line: string): void;
}
