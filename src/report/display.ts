import type { RunListener } from '../engine/index.ts';

/** Shows a run while it goes on. */
export interface Display {
  readonly hear: RunListener;
  /** Says a line that is no event of the run. */
  say(line: string): void;
}
