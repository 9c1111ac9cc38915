import type { Json, JsonObject } from '../json/json.ts';
import type { ConfigIssue, KindCatalogue, StageKind } from '../schema/kind.ts';

/** How far a stage is; nothing of it is kept but the metrics of a step. */
export interface Progress {
  /** What is being done now, e.g. `epoch 2/5`, `downloading cifar-10-binary.tar.gz`. */
  readonly label: string;
  readonly done: number;
  /** 0 where nobody knows. */
  readonly total: number;
  /** What `done` and `total` count, e.g. `images`, `bytes`, `steps`. */
  readonly unit: string;
  /** Numbers worth watching as they move, e.g. `{ loss: 1.23, accuracy: 0.41 }`. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** At which step the metrics were measured: they become points of curves, which are kept with the result. */
  readonly step?: number;
}

/** How processes that a stage starts are to run. Whoever runs the stage settles it; it is never part of a key. */
export interface ProcessTerms {
  /** What each of them carries as `PIPE_STAGE`, to be found by: it names this attempt among all stages of all stores. */
  readonly mark: string;
  /** Whether they are to be kept in a process namespace, where the system allows that. */
  readonly contain: boolean;
  /** Variables that each of them gets besides what the stage declares, such as the device of its place. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a running stage is given; all it may touch. */
export interface StageContext<Config = JsonObject> {
  readonly config: Config;
  /** Absolute path of each input artifact, read-only; an optional input that is not wired is absent. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Absolute path at which to write each output. */
  readonly outputs: Readonly<Record<string, string>>;
  /** A directory that belongs to this stage's key and outlives a crash, for resuming; removed once published. */
  readonly checkpoints: string;
  /** An empty directory of this attempt's own; what is left in it goes. */
  readonly scratch: string;
  /** Aborted when the stage should stop at its next step; stop by throwing `signal.reason`. */
  readonly signal: AbortSignal;
  /** The facts of its source, as its key has them. */
  readonly facts: JsonObject;
  readonly processes: ProcessTerms;
  report(progress: Progress): void;
  warn(message: string): void;
  /** Passes on what the stage's processes write to their standard output and error, as it comes. */
  say(text: string): void;
}

/** What laying out a stage's folder takes of all that a running stage is given. */
export type WorkplaceContext<Config = JsonObject> = Pick<
  StageContext<Config>,
  'config' | 'inputs' | 'scratch' | 'processes'
>;

/** Where a stage's command runs, and what it sees of the environment. */
export interface Workplace {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The command, as it is written. */
  readonly command: string;
}

/** What a stage says of itself when it has finished. */
export interface StageReport {
  /** Numbers and names, e.g. `{ accuracy: 0.71 }`, nested as you like; kept in the record. What JSON cannot hold becomes null. */
  readonly metrics?: Readonly<Record<string, unknown>>;
  /** What it ran on (backend, device, versions); kept in the record, never in the key. */
  readonly provenance?: Readonly<Record<string, unknown>>;
}

/** What of a stage's report a record keeps. */
export interface StageResult {
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
}

/** The part of a stage that does the work, loaded only when it has to run. */
export interface StageProgram<Config = JsonObject> {
  run(context: StageContext<Config>): Promise<StageReport | undefined>;
}

/** What a source may look at: the world outside the store, through one door. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The directory relative paths of this pipeline's files are resolved against. */
  readonly directory: string;
  /** sha256 of a file's content, remembered while the file's state does not change. */
  digest(path: string): Promise<string>;
  /**
   * Tells a file apart from what it was at other times, as it was when its digest was asked for last: also where it was changed and
   * put back.
   */
  version?(path: string): string | undefined;
}

/** What a stage takes from outside the store. */
export interface Source {
  /** What the result depends on, such as digests of files; part of the key. */
  facts(): Promise<JsonObject>;
  /**
   * Looks through what a stage without a result would read, as far as it is there; asked by a plan as by a run. What is wrong with a
   * file is an issue of the setting that names it, or, with an empty path, of the stage.
   */
  check?(): Promise<readonly ConfigIssue[]>;
  /** Brings what the stage will read, if it is available; asked by a run before it begins, never by a plan. */
  fetch?(signal: AbortSignal, report: (progress: Progress) => void): Promise<void>;
}

/** A kind of stage. */
export interface StageDefinition extends StageKind {
  /** Bumped by hand when the meaning of the outputs changes; for a user's module, the digest of its source closure. */
  readonly version: number | string;
  /** Files whose content the version stands for, where it is such a digest. */
  readonly sources?: readonly string[];
  /** The lane a stage of this kind occupies while it runs. */
  readonly lane: string;
  /** True if the program does nothing but start a process of its own and wait for it: it needs no worker process around it. */
  readonly startsProcess?: boolean;
  /** What a stage of these settings takes from outside the store; undefined if nothing. Looked up once for all that is asked of it. */
  source?(config: JsonObject, world: World): Promise<Source>;
  /** Names of the environment variables that foreign code sees; absent if it sees all. */
  variables?(config: JsonObject): readonly string[];
  /** Names of the environment variables that stages of these settings get as secrets: not part of the key, and masked wherever they would show. */
  secrets?(config: JsonObject): readonly string[];
  /** How a computation may continue from the end of a shorter one of its kind; absent if none may. */
  readonly continuation?: Continuation;
  load(): Promise<StageProgram>;
  /** Whether a stage of these settings reads the store's own files although it runs foreign code; it answers for their staying what they are. */
  linksInputs?(config: JsonObject): boolean;
  /** Lays out what a stage that runs a command would find; absent if it runs none. */
  workplace?(context: WorkplaceContext): Promise<Workplace>;
}

/**
 * A kind whose computations are the beginnings of longer ones. Going on from the end of a shorter one must come to the bytes of
 * the whole, where the device computes the same bytes twice: the result stands under the key of the whole.
 */
export interface Continuation<Config = JsonObject> {
  /** The whole number in `with` that says how long it is; in all else the two must be alike. */
  readonly field: string;
  /** Whether the last checkpoint outlives the computation, for a longer one. */
  keepsEnd(config: Config): boolean;
  /** Why a computation of these settings would come to other bytes; undefined if it would not. */
  refusal(config: Config): { readonly message: string; readonly hint: string } | undefined;
}

/** Finds the definition behind a `uses`. */
export interface DefinitionCatalogue extends KindCatalogue {
  find(uses: string, fromFile: string): Promise<StageDefinition | undefined>;
}

/** What a key is made of besides the inputs: the configuration less what is marked `keyed: false`. */
export type KeyedConfig = Readonly<Record<string, Json>>;
