/** A place that many stores share: sealed records by key, objects by digest. One file per protocol, one contract for all. */
export interface Remote {
  /** Its address without credentials, for messages. */
  readonly address: string;
  /** Objects of at most this many bytes are put without asking first: if one exists already, the server keeps it. */
  readonly unaskedBytes: number;
  /** The sealed record under a key; undefined if there is none. */
  record(key: string, signal?: AbortSignal): Promise<Buffer | undefined>;
  /** Puts a sealed record, unless there is one already: the first stays, as far as the server can guarantee that. */
  putRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<Put>;
  /** Replaces a record that was refused. */
  replaceRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<void>;
  /** Which of the digests it does not have. */
  missing(digests: readonly string[], signal?: AbortSignal): Promise<readonly string[]>;
  /**
   * Passes the bytes of an object, as they arrive, to code that stores them and compares them with the digest.
   * @throws RemoteError if they stop arriving; whatever `take` throws.
   */
  fetch(digest: string, take: Take, signal?: AbortSignal): Promise<'fetched' | 'absent'>;
  /** Puts the content of a file under its digest; a reader never sees a partial object. */
  putObject(digest: string, file: string, signal?: AbortSignal): Promise<Put>;
  /** Replaces wrong bytes, which a reader found under a digest, by the content of a file. */
  replaceObject(digest: string, file: string, signal?: AbortSignal): Promise<void>;
  /** Absent if the protocol cannot list its content. */
  readonly upkeep?: RemoteUpkeep;
  close(): void;
}

/** What a remote supports for pruning. */
export interface RemoteUpkeep {
  /** Everything it holds. */
  list(signal?: AbortSignal): AsyncIterable<RemoteEntry>;
  /** Removes an entry; a missing one is not an error. */
  remove(kind: EntryKind, name: string, signal?: AbortSignal): Promise<void>;
}

/** Receives content as it arrives; called again for each attempt. */
export type Take = (content: AsyncIterable<Uint8Array>) => Promise<void>;

/** Whether something was written, or existed already. */
export type Put = 'stored' | 'present';

/** The two kinds of entries, named as in Bazel's cache layout: `ac` holds records, `cas` objects. */
export type EntryKind = 'ac' | 'cas';

/** One entry of a remote. */
export interface RemoteEntry {
  readonly kind: EntryKind;
  /** A key or a digest. */
  readonly name: string;
  readonly bytes: number;
  /** Last modification, in milliseconds since the Unix epoch. */
  readonly modified: number;
}

/** A remote failed: a sentence without credentials. It costs a warning, never a run. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  /** Whether the same request may succeed later. */
  readonly transient: boolean;
  /** Seconds to wait, as requested by the server. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    options: { readonly transient: boolean; readonly retryAfter?: number | undefined; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.transient = options.transient;
    this.retryAfter = options.retryAfter;
  }
}

const entryName = /^[0-9a-f]{64}$/u;

/** Whether a name is valid for an entry: listings are foreign text. */
export function isEntryName(name: string): boolean {
  return entryName.test(name);
}
