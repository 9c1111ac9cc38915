import type { Backend } from '../src/compute/index.ts';

/** What a task gets. */
export interface TaskContext {
  /** Loads the backend; if it is never called, nothing of TensorFlow is loaded. */
  readonly backend: () => Promise<Backend>;
  /** Maximum number of threads for a task. */
  readonly threads: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Some work, set up and ready to be repeated. */
export interface Task {
  readonly imagesPerStep: number;
  /** Discards what was prepared in advance, so that a turn starts without it. */
  readonly drain?: () => Promise<void>;
  readonly step: () => Promise<void>;
}
