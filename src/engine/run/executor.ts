import type { JsonObject } from '../../json/json.ts';
import type { Progress, StageResult } from '../definition.ts';

/** One computation to be done: plain data, so that it can cross to another process. */
export interface StageJob {
  readonly stage: string;
  readonly uses: string;
  /** Of the definition that its key was made of. */
  readonly version: number | string;
  /** The file that wrote `uses`, against which a user's module is resolved. */
  readonly pipelineFile: string;
  readonly config: JsonObject;
  /** Names of the environment variables that its code sees; all of them if it is our own. */
  readonly variables: readonly string[] | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly checkpoints: string;
  readonly scratch: string;
  readonly facts: JsonObject;
  readonly lane: string;
  /** Which place of the lane it runs on, from 0. */
  readonly place: number;
  /** How many threads it may use, as declared. */
  readonly cpus: number | undefined;
  /** Whether what it starts is to be kept in a process namespace, where the system allows that. */
  readonly contain: boolean;
  /** What processes of this attempt carry to be found by; it names the attempt among those of all stages of all stores. */
  readonly mark: string;
}

/** What the executor hears from a running stage. */
export interface StageListener {
  progress(progress: Progress): void;
  warn(message: string): void;
  /** What its processes wrote to their standard output and error, as it comes. */
  say(text: string): void;
}

/** What executing a job came to. */
export interface Execution {
  readonly result: StageResult;
  /** True if every process that could still write to the job's outputs is known to have ended. */
  readonly writersGone: boolean;
}

/** Runs a stage's program somewhere: in this process, or in a worker process of its own. */
export interface Executor {
  /** Rejects with a UserError if the stage says what is wrong, with any other error where it broke. */
  execute(job: StageJob, listener: StageListener, signal: AbortSignal): Promise<Execution>;
  close(): Promise<void>;
}
