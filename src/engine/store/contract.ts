import type { JsonObject } from '../../json/json.ts';
import type { OutputRecord, StageRecord } from '../record.ts';

/** What became of looking a key up. */
export type Lookup =
  | { readonly state: 'hit'; readonly record: StageRecord }
  | { readonly state: 'miss' }
  /** A record exists, but an object it names is gone or was found altered (and has been set aside). */
  | {
      readonly state: 'broken';
      readonly record: StageRecord;
      readonly output: string;
      readonly damage: 'missing' | 'damaged';
    };

/** What a finished computation adds to its outputs when it is published. */
export interface Publication {
  readonly material: JsonObject;
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
  readonly seconds: number;
  /** Keep the last checkpoints as the computation's end, for a longer one to go on from; else they go. */
  readonly keepEnd?: boolean;
}

/** A claim on one key: a private directory to write into, while others wait. Ended by a publish that succeeds, or by abandon. */
export interface Draft {
  readonly key: string;
  /** Absolute path at which to write an output's file or directory; the folder it lies in is there. */
  outputPath(output: string, file: string): string;
  /** A directory that belongs to the key and outlives a crash; made when it is first asked for. */
  readonly checkpoints: string;
  /** A directory of this draft's own, which goes with it; made when it is first asked for. */
  readonly scratch: string;
  /**
   * Hashes outputs, renames objects into place, then the record, last; ends the claim.
   * @throws StageError where an output is missing or is not what was declared; the claim then stays until abandoned.
   */
  publish(
    outputs: Readonly<Record<string, { readonly file: string; readonly directory: boolean }>>,
    publication: Publication,
  ): Promise<StageRecord>;
  /** Removes the draft (checkpoints stay) and ends the claim; does nothing where it has ended. */
  abandon(): Promise<void>;
}

/** Artifacts by content, records by key, on one disk, shared by many processes. */
export interface Store {
  readonly directory: string;
  /** Reads only: never blocked by a run. `verify` also checks the content of each object the record names. */
  find(key: string, options?: { readonly verify?: boolean }): Promise<Lookup>;
  /**
   * Keeps all that this process has found, or will find, from being collected until it ends. False where a record that was found
   * is gone already.
   */
  hold(): Promise<boolean>;
  /** Every record of one stage kind, newest first: for saying what changed. */
  recordsOf(uses: string): Promise<readonly StageRecord[]>;
  /** Waits until nobody else computes this key; `onWait` hears who does. Resolves to the record where the other finished it. */
  begin(
    key: string,
    options: {
      readonly onWait: (holder: string) => void;
      readonly signal: AbortSignal;
      readonly force?: boolean;
    },
  ): Promise<{ readonly draft: Draft } | { readonly record: StageRecord }>;
  /** Where the end of a finished computation is kept, to be read; undefined where it is not. */
  ending(key: string): Promise<string | undefined>;
  /** A place to compute a key beside its result: publishing there says what came out, and keeps nothing. */
  rerunDraft(key: string): Promise<Draft>;
  /** Absolute, read-only path, ending in `file`, of an output's content, to be read by a consumer. A directory is laid out from its manifest. */
  open(output: OutputRecord, file: string): Promise<string>;
  /** sha256 of a file outside the store, remembered while its state (size, mtime, ctime, inode) does not change. */
  digest(path: string): Promise<string>;
}
