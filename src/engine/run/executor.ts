import type { JsonObject } from '../../json/json.ts';
import type { Progress, StageResult } from '../definition.ts';

/** One computation to be done: plain data, so that it can be sent to another process. */
export interface StageJob {
  readonly stage: string;
  readonly uses: string;
  /** The version of the definition that its key was made from. */
  readonly version: number | string;
  /** The file that contains `uses`; the path of a user's module is relative to it. */
  readonly pipelineFile: string;
  readonly config: JsonObject;
  /** Names of the environment variables that its code sees; all of them for built-in code. */
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
  /** Whether its processes run in a process namespace, if the system allows that. */
  readonly contain: boolean;
  /** The mark by which processes of this attempt are found; it identifies the attempt among those of all stages of all stores. */
  readonly mark: string;
}

/** What a running stage reports to the executor. */
export interface StageListener {
  progress(progress: Progress): void;
  warn(message: string): void;
  /** The output of its processes, as it arrives. */
  say(text: string): void;
}

/** The result of executing a job. */
export interface Execution {
  readonly result: StageResult;
  /** True if every process that could still write to the job's outputs is known to have ended. */
  readonly writersGone: boolean;
}

/** Runs a stage's program: in this process, or in a worker process. */
export interface Executor {
  /** Rejects with a UserError if the stage reports a problem, with any other error if it crashed. */
  execute(job: StageJob, listener: StageListener, signal: AbortSignal): Promise<Execution>;
  close(): Promise<void>;
}
