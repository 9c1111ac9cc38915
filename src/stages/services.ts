import type { Backend } from '../compute/backend.ts';

/** What stages may use of the machine, injected by the code that composes the program. */
export interface Services {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The root of the project: relative paths in pipelines start here. */
  readonly directory: string;
  /** The tensor backend; loaded at the first call, and then always the same. */
  readonly backend: () => Promise<Backend>;
  /** The folder for downloads that many checkouts share. */
  readonly cacheDirectory: string;
  /** Threads that can run at once. */
  readonly threads: number;
  /** Threads that may make views while the backend computes. */
  readonly viewWorkers: number;
  /** Seconds on a steady clock. */
  readonly now: () => number;
}
