import type { JsonObject } from '../../json/json.ts';
import type { OutputRecord, StageRecord } from '../record.ts';

/** What may be wrong with an object. */
export type Damage = 'missing' | 'damaged';

/** Where a result was found that is not in this store, and who signed it. */
export interface Elsewhere {
  readonly address: string;
  /** The name that the project gives to the signer; undefined if nobody signed it. */
  readonly signer: string | undefined;
}

/** The result of looking up a key. */
export type Lookup =
  | {
      readonly state: 'hit';
      readonly record: StageRecord;
      /** Where the record was found, if not in this store: its objects are then fetched when they are opened. */
      readonly from?: Elsewhere;
    }
  | { readonly state: 'miss' }
  /** A record exists, but an object that it names is missing or was altered. */
  | { readonly state: 'broken'; readonly record: StageRecord; readonly output: string; readonly damage: Damage };

/** How a key is looked up. */
export interface FindOptions {
  /** Also check the content of each object that the record names. */
  readonly verify?: boolean;
  /** The content will be read right after: if it is missing here, it may be fetched from elsewhere. */
  readonly reading?: boolean;
}

/** Finished computations by key. */
export interface Records {
  /** Never blocked by a run; fetches nothing from elsewhere unless the content will be read. */
  find(key: string, options?: FindOptions): Promise<Lookup>;
  /** Every record of one stage kind in this store, newest first: to find out what changed. */
  recordsOf(uses: string): Promise<readonly StageRecord[]>;
  /**
   * Stores a record that was made elsewhere, byte for byte, and the signed envelope in which it arrived. An existing record of that key
   * stays.
   * @throws EnvironmentError if the text is not the record of that key: nothing is stored then.
   */
  adoptRecord(key: string, text: string, envelope?: Uint8Array): Promise<StageRecord>;
  /** The text of a record as stored; undefined if there is none. */
  recordText(key: string): Promise<string | undefined>;
}

/** Content by digest. */
export interface Objects {
  /** Digests of the objects of an output: for a directory, its manifest and, if that is here, its files. */
  objectsOf(output: OutputRecord): readonly string[];
  /** Whether an object is here, without checking its bytes. */
  hasObject(digest: string): boolean;
  /**
   * Stores the bytes of an object from elsewhere, while they stream.
   * @throws ForeignBytesError if they do not match the digest: nothing is stored then.
   */
  adoptObject(digest: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Absolute, read-only path, ending in `file`, of an output's content, for built-in code. A directory is restored from its manifest; its
   * files, and the path itself, may be symlinks.
   * @throws ArtifactLostError if its content is not available.
   */
  open(output: OutputRecord, file: string): Promise<string>;
  /**
   * Copies an output to a path whose folder exists, for code that may write to its inputs: the copy shares nothing with the store.
   * @throws ArtifactLostError like `open`.
   */
  copy(output: OutputRecord, destination: string): Promise<void>;
}

/** Who computes what. */
export interface Claims {
  /** Waits until no other process computes this key; `onWait` is told which one does. Resolves to the record if the other finished it. */
  begin(
    key: string,
    options: {
      readonly onWait: (holder: string) => void;
      readonly signal: AbortSignal;
      readonly force?: boolean;
    },
  ): Promise<{ readonly draft: Draft } | { readonly record: StageRecord }>;
  /**
   * Protects everything that this process has found, or will find, from collection until it ends. False if a record that was found is
   * already gone.
   */
  hold(): Promise<boolean>;
  /** The path of the final state of a finished computation, for reading; undefined if it was not kept. */
  ending(key: string): Promise<string | undefined>;
  /** A draft to compute a key again: publishing it returns the record, and keeps nothing. */
  rerunDraft(key: string): Promise<Draft>;
}

/** Artifacts by content, records by key, on one disk, shared by many processes. */
export interface Store extends Records, Objects, Claims {
  readonly directory: string;
}

/** What is published with the outputs of a finished computation. */
export interface Publication {
  readonly material: JsonObject;
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
  readonly seconds: number;
  /** Keep the last checkpoints as the final state, for a longer computation to continue from; otherwise they are removed. */
  readonly keepEnd?: boolean;
  /**
   * True if no process is left that could still write to the outputs: their files then become files of the store. Otherwise the store makes
   * copies, which no other process ever had access to, and hashes those.
   */
  readonly writersGone: boolean;
}

/** A claim on one key: a private directory to write to, while others wait. Ends when a publish succeeds, or with abandon. */
export interface Draft {
  readonly key: string;
  /** Absolute path for an output's file or directory; its folder exists. */
  outputPath(output: string, file: string): string;
  /** Absolute path for a copy of an input, which is removed with this draft; its folder exists. */
  inputPath(input: string, file: string): string;
  /** A directory for the key that survives a crash; created on demand. */
  readonly checkpoints: string;
  /** A directory that is removed with this draft; created on demand. */
  readonly scratch: string;
  /** Moves `scratch` to where the last few failed ones are kept for inspection; returns its path. Absent if nothing is kept. */
  keepScratch?(): string | undefined;
  /**
   * Hashes outputs, stores objects, then the record last; ends the claim.
   * @throws StageError if an output is missing or is not what was declared; the claim then stays until it is abandoned.
   */
  publish(
    outputs: Readonly<Record<string, { readonly file: string; readonly directory: boolean }>>,
    publication: Publication,
  ): Promise<StageRecord>;
  /** Identifies this draft among all drafts of all stores; begins with its session. Processes that write to it carry it as their mark. */
  readonly mark: string;
  /** Removes the draft (checkpoints stay) and ends the claim; does nothing if it has ended. */
  abandon(): Promise<void>;
}
