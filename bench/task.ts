import type { Backend } from '../src/compute/index.ts';

/** What a task may use. */
export interface TaskContext {
  /** Loads the backend; where it is never called, nothing of TensorFlow is loaded. */
  readonly backend: () => Promise<Backend>;
  /** Threads that a task may keep busy. */
  readonly threads: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Some work, set up and ready to be repeated. */
export interface Task {
  readonly imagesPerStep: number;
  /** Makes a turn begin with nothing made ahead while others had theirs. */
  readonly drain?: () => Promise<void>;
  readonly step: () => Promise<void>;
}
