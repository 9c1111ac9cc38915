import type { Backend } from '../compute/backend.ts';

/** What stages may use of the machine, handed to them by whoever composes the program. */
export interface Services {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The root of the project: relative paths of pipelines begin there. */
  readonly directory: string;
  /** The tensor backend; loaded at the first call, the same one ever after. */
  readonly backend: () => Promise<Backend>;
  /** Where downloads that many checkouts share are kept. */
  readonly cacheDirectory: string;
  /** Threads that may make views while the backend computes. */
  readonly viewWorkers: number;
  /** Seconds on a steady clock. */
  readonly now: () => number;
}
