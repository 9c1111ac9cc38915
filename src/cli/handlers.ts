import type { BackendChoice } from '../compute/index.ts';

/** Which settings a pipeline is read with. */
export interface SourceOptions {
  readonly overlay: readonly string[];
  readonly set: readonly string[];
  readonly sweep: readonly string[];
}

/** The options of every command that looks into a store. */
export interface StoreOptions {
  readonly artifacts: string;
  readonly json: boolean;
}

/** The options of every command about one pipeline. */
export interface PipelineOptions extends SourceOptions, StoreOptions {}

/** The options of `pipe compare`. */
export interface CompareOptions extends PipelineOptions {
  /** The evaluating stage that the others are compared against. */
  readonly against: string;
  /** The swept path whose values are repetitions. */
  readonly over?: string;
}

/** The options of `pipe plan`. */
export interface PlanOptions extends PipelineOptions {
  readonly target: readonly string[];
  readonly force: readonly string[];
}

/** The options of `pipe run`. */
export interface RunOptions extends PlanOptions {
  readonly frozen: boolean;
  readonly keepGoing: boolean;
  /** Stages that go on from the end of one with fewer epochs. */
  readonly continue: readonly string[];
  readonly jobs?: number;
  /** Bytes. */
  readonly maxSize: number;
  readonly yes: boolean;
  readonly gpu: boolean;
  readonly backend?: BackendChoice;
  readonly deterministic: boolean;
}

/** The options of `pipe verify`. */
export interface VerifyOptions extends PipelineOptions {
  readonly repair: boolean;
  /** The stage to be computed again. */
  readonly rerun?: string;
}

/** The options of `pipe report`. */
export interface ReportOptions extends PipelineOptions {
  readonly output: string;
}

/** The options of `pipe gc`. */
export interface GcOptions extends PipelineOptions {
  /** Milliseconds. */
  readonly olderThan?: number;
  /** Bytes. */
  readonly maxSize?: number;
  readonly yes: boolean;
}

/** The options of `pipe setup`. */
export interface SetupOptions {
  readonly gpu: boolean;
  readonly remove: boolean;
}

/** The options of `pipe doctor`. */
export interface DoctorOptions {
  readonly json: boolean;
}

/** What each command does with its arguments; each resolves to the exit status. Without a pipeline, that of the last run is meant. */
export interface Handlers {
  run(pipeline: string, options: RunOptions): Promise<number>;
  plan(pipeline: string, options: PlanOptions): Promise<number>;
  explain(pipeline: string | undefined, stage: string, options: PipelineOptions): Promise<number>;
  compare(pipeline: string, options: CompareOptions): Promise<number>;
  export(pipeline: string | undefined, output: string, directory: string, options: PipelineOptions): Promise<number>;
  runs(options: StoreOptions & { readonly limit: number }): Promise<number>;
  show(what: string, options: StoreOptions): Promise<number>;
  /** `what` is a run's id or a pipeline file; without it, the last run is meant. */
  report(what: string | undefined, options: ReportOptions): Promise<number>;
  verify(pipeline: string | undefined, options: VerifyOptions): Promise<number>;
  gc(pipelines: readonly string[], options: GcOptions): Promise<number>;
  setup(options: SetupOptions): Promise<number>;
  doctor(options: DoctorOptions): Promise<number>;
}
