import type { Json, JsonObject } from '../json/json.ts';
import type { ConfigIssue, KindCatalogue, StageKind } from '../schema/kind.ts';

/** The progress of a stage; only the metrics of a step are kept. */
export interface Progress {
  /** What is being done now, e.g. `epoch 2/5`, `downloading cifar-10-binary.tar.gz`. */
  readonly label: string;
  readonly done: number;
  /** 0 if unknown. */
  readonly total: number;
  /** What `done` and `total` count, e.g. `images`, `bytes`, `steps`. */
  readonly unit: string;
  /** Numbers worth watching as they move, e.g. `{ loss: 1.23, accuracy: 0.41 }`. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** The step at which the metrics were measured: they become points of curves, which are kept with the result. */
  readonly step?: number;
}

/** How the processes of a stage run. The code that runs the stage decides; it is never part of a key. */
export interface ProcessTerms {
  /** The value of `PIPE_STAGE` in each of them, by which they can be found: it identifies this attempt among all stages of all stores. */
  readonly mark: string;
  /** Whether they run in a process namespace, if the system allows that. */
  readonly contain: boolean;
  /** Variables that each of them gets in addition to those that the stage declares, such as the device of its place. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Everything that a running stage gets and may use. */
export interface StageContext<Config = JsonObject> {
  readonly config: Config;
  /** Absolute path of each input artifact, read-only; an optional input that is not wired is absent. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Absolute path where each output must be written. */
  readonly outputs: Readonly<Record<string, string>>;
  /** A directory for the stage's key that survives a crash, for resuming; removed once the result is published. */
  readonly checkpoints: string;
  /** An empty directory for this attempt; its content is removed afterwards. */
  readonly scratch: string;
  /** Aborted when the stage should stop at its next step; to stop, throw `signal.reason`. */
  readonly signal: AbortSignal;
  /** The facts of its source, as in its key. */
  readonly facts: JsonObject;
  readonly processes: ProcessTerms;
  report(progress: Progress): void;
  warn(message: string): void;
  /** Passes on the output of the stage's processes as it arrives. */
  say(text: string): void;
}

/** The part of a running stage's context that is needed to prepare its folder. */
export type WorkplaceContext<Config = JsonObject> = Pick<
  StageContext<Config>,
  'config' | 'inputs' | 'scratch' | 'processes'
>;

/** Where a command runs, and the environment variables it sees. */
export interface Workplace {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The command, as it is written. */
  readonly command: string;
}

/** What a stage returns when it has finished. */
export interface StageReport {
  /** Numbers and names, e.g. `{ accuracy: 0.71 }`, with any nesting; kept in the record. Values that JSON cannot represent become null. */
  readonly metrics?: Readonly<Record<string, unknown>>;
  /** What it ran on (backend, device, versions); kept in the record, never in the key. */
  readonly provenance?: Readonly<Record<string, unknown>>;
}

/** The part of a stage's report that a record keeps. */
export interface StageResult {
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
}

/** The part of a stage that does the work; loaded only if it has to run. */
export interface StageProgram<Config = JsonObject> {
  run(context: StageContext<Config>): Promise<StageReport | undefined>;
}

/** Access to the world outside the store, for sources. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The directory that relative paths are resolved against. */
  readonly directory: string;
  /** sha256 of a file's content, cached as long as the file's state does not change. */
  digest(path: string): Promise<string>;
  /**
   * Identifies the version of a file at the time when its digest was last computed, so that it differs even if the file was changed and
   * restored.
   */
  version?(path: string): string | undefined;
}

/** What a stage takes from outside the store. */
export interface Source {
  /** What the result depends on, such as digests of files; part of the key. */
  facts(): Promise<JsonObject>;
  /**
   * Checks what a stage without a result would read, as far as it exists; called by a plan and by a run. A problem with a file is an issue
   * of the setting that names it, or of the stage if the path is empty.
   */
  check?(): Promise<readonly ConfigIssue[]>;
  /** Fetches what the stage will read, if that is possible; called by a run before it begins, never by a plan. */
  fetch?(signal: AbortSignal, report: (progress: Progress) => void): Promise<void>;
}

/** A stage kind. */
export interface StageDefinition extends StageKind {
  /** Raised by hand when the meaning of the outputs changes; for a user's module, the digest of its source closure. */
  readonly version: number | string;
  /** Files whose content the version depends on, if it is such a digest. */
  readonly sources?: readonly string[];
  /** The lane of stages of this kind. */
  readonly lane: string;
  /** True if the program only starts a process and waits for it: it needs no worker process. */
  readonly startsProcess?: boolean;
  /** What a stage with these settings takes from outside the store; undefined if nothing. Called once, and used for all queries. */
  source?(config: JsonObject, world: World): Promise<Source>;
  /** Names of the environment variables that foreign code sees; absent if it sees all. */
  variables?(config: JsonObject): readonly string[];
  /**
   * Names of the environment variables that stages with these settings get as secrets: not part of the key, and masked wherever they would
   * appear.
   */
  secrets?(config: JsonObject): readonly string[];
  /** How a computation may continue from the end of a shorter one of its kind; absent if it cannot. */
  readonly continuation?: Continuation;
  load(): Promise<StageProgram>;
  /**
   * Whether a stage with these settings reads the store's own files although it runs foreign code; it then has to make sure that they do
   * not change.
   */
  linksInputs?(config: JsonObject): boolean;
  /** Prepares the folder that a command would see; absent if the stage runs no command. */
  workplace?(context: WorkplaceContext): Promise<Workplace>;
}

/**
 * For a kind whose computations are beginnings of longer ones. Continuing from the end of a shorter one must produce the bytes of the
 * whole, on a device that computes the same bytes twice, because the result is stored under the key of the whole.
 */
export interface Continuation<Config = JsonObject> {
  /** The whole number in `with` that sets the length; everything else must be equal. */
  readonly field: string;
  /** Whether the last checkpoint outlives the computation, for a longer one. */
  keepsEnd(config: Config): boolean;
  /** Why a computation with these settings would produce different bytes; undefined if it would not. */
  refusal(config: Config): { readonly message: string; readonly hint: string } | undefined;
}

/** Finds the definition for a `uses`. */
export interface DefinitionCatalogue extends KindCatalogue {
  find(uses: string, fromFile: string): Promise<StageDefinition | undefined>;
}

/** The part of a key that does not depend on inputs: the configuration without what is marked `keyed: false`. */
export type KeyedConfig = Readonly<Record<string, Json>>;
