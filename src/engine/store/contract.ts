import type { JsonObject } from '../../json/json.ts';
import type { OutputRecord, StageRecord } from '../record.ts';

/** What may be wrong with an object. */
export type Damage = 'missing' | 'damaged';

/** What became of looking a key up. */
export type Lookup =
  | {
      readonly state: 'hit';
      readonly record: StageRecord;
      /** Where the record was found, if not in this store: then its objects are fetched when they are opened. */
      readonly remote?: string;
    }
  | { readonly state: 'miss' }
  /** A record exists, but an object it names is gone or was found altered. */
  | { readonly state: 'broken'; readonly record: StageRecord; readonly output: string; readonly damage: Damage };

/** How a key is looked up. */
export interface FindOptions {
  /** Also checks the content of each object that the record names. */
  readonly verify?: boolean;
  /** The content will be read right after: what is not here may be brought from elsewhere. */
  readonly reading?: boolean;
}

/** Finished computations by key. */
export interface Records {
  /** Never blocked by a run; brings nothing from elsewhere unless the content is to be read. */
  find(key: string, options?: FindOptions): Promise<Lookup>;
  /** Every record of one stage kind that is here, newest first: for saying what changed. */
  recordsOf(uses: string): Promise<readonly StageRecord[]>;
  /**
   * Takes in a record that was made elsewhere, byte for byte, and the signed envelope in which it came. What this store has of that key already stays.
   * @throws EnvironmentError if the text is not the record of that key: nothing is kept then.
   */
  adoptRecord(key: string, text: string, envelope?: Uint8Array): Promise<StageRecord>;
  /** The text of a record as it is kept; undefined if there is none. */
  recordText(key: string): Promise<string | undefined>;
}

/** Content by digest. */
export interface Objects {
  /** Digests of the objects an output consists of: of a directory, its manifest and, where that is here, its files. */
  objectsOf(output: OutputRecord): readonly string[];
  /** Whether an object is here, whatever its bytes are. */
  hasObject(digest: string): boolean;
  /**
   * Takes in an object's bytes from elsewhere, while they stream.
   * @throws ForeignBytesError if they do not have the digest: nothing is kept then.
   */
  adoptObject(digest: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Absolute, read-only path, ending in `file`, of an output's content, to be read by code of this program. A directory is laid out
   * from its manifest; its files, and the path itself, may be symlinks.
   * @throws ArtifactLostError if its content is not to be had.
   */
  open(output: OutputRecord, file: string): Promise<string>;
  /**
   * Copies an output to a path whose folder is there, for whoever may write to what he reads: the copy shares nothing with the store.
   * @throws ArtifactLostError as `open` does.
   */
  copy(output: OutputRecord, destination: string): Promise<void>;
}

/** Who computes what. */
export interface Claims {
  /** Waits until nobody else computes this key; `onWait` hears who does. Resolves to the record where the other finished it. */
  begin(
    key: string,
    options: {
      readonly onWait: (holder: string) => void;
      readonly signal: AbortSignal;
      readonly force?: boolean;
    },
  ): Promise<{ readonly draft: Draft } | { readonly record: StageRecord }>;
  /**
   * Keeps all that this process has found, or will find, from being collected until it ends. False if a record that was found
   * is gone already.
   */
  hold(): Promise<boolean>;
  /** Where the end of a finished computation is kept, to be read; undefined if it is not. */
  ending(key: string): Promise<string | undefined>;
  /** A place to compute a key beside its result: publishing there says what came out, and keeps nothing. */
  rerunDraft(key: string): Promise<Draft>;
}

/** Artifacts by content, records by key, on one disk, shared by many processes. */
export interface Store extends Records, Objects, Claims {
  readonly directory: string;
}

/** What a finished computation adds to its outputs when it is published. */
export interface Publication {
  readonly material: JsonObject;
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
  readonly seconds: number;
  /** Keep the last checkpoints as the computation's end, for a longer one to continue from; else they go. */
  readonly keepEnd?: boolean;
  /**
   * True if nobody who may still write to the outputs is left: their files then become the store's. Otherwise the store keeps
   * copies, to which nobody else ever had access, and hashes those.
   */
  readonly writersGone: boolean;
}

/** A claim on one key: a private directory to write into, while others wait. Ended by a publish that succeeds, or by abandon. */
export interface Draft {
  readonly key: string;
  /** Absolute path at which to write an output's file or directory; the folder it is in is there. */
  outputPath(output: string, file: string): string;
  /** Absolute path for a copy of an input of this draft's own, which goes with it; the folder it is in is there. */
  inputPath(input: string, file: string): string;
  /** A directory that belongs to the key and outlives a crash; made when it is first asked for. */
  readonly checkpoints: string;
  /** A directory of this draft's own, which goes with it; made when it is first asked for. */
  readonly scratch: string;
  /** Moves `scratch` to where the last few that failed are kept, to be looked into; returns its path. Absent if nothing is kept. */
  keepScratch?(): string | undefined;
  /**
   * Hashes outputs, puts objects into place, then the record, last; ends the claim.
   * @throws StageError if an output is missing or is not what was declared; the claim then stays until abandoned.
   */
  publish(
    outputs: Readonly<Record<string, { readonly file: string; readonly directory: boolean }>>,
    publication: Publication,
  ): Promise<StageRecord>;
  /** Names this draft among all drafts of all stores, and begins with the session it belongs to: processes that write to it carry it. */
  readonly mark: string;
  /** Removes the draft (checkpoints stay) and ends the claim; does nothing if it has ended. */
  abandon(): Promise<void>;
}
