/** A place that many stores share: sealed records by key, objects by digest. One file a protocol, one contract for all. */
export interface Remote {
  /** Where it is, without credentials: for messages. */
  readonly address: string;
  /** Objects of up to so many bytes are put without a question before: of one that is there already the server keeps the first. */
  readonly unaskedBytes: number;
  /** The sealed record under a key; undefined if there is none. */
  record(key: string, signal?: AbortSignal): Promise<Buffer | undefined>;
  /** Puts a sealed record, unless another is there already: the first stays, as far as the server can promise that. */
  putRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<Put>;
  /** Puts a sealed record in place of one that was refused. */
  replaceRecord(key: string, sealed: Buffer, signal?: AbortSignal): Promise<void>;
  /** Those of the digests that it does not have. */
  missing(digests: readonly string[], signal?: AbortSignal): Promise<readonly string[]>;
  /**
   * Hands an object's bytes, as they arrive, to whoever takes them in and compares them with the digest.
   * @throws RemoteError if they stop arriving; what `take` throws.
   */
  fetch(digest: string, take: Take, signal?: AbortSignal): Promise<'fetched' | 'absent'>;
  /** Puts a file's content under its digest; a reader never sees half of it. */
  putObject(digest: string, file: string, signal?: AbortSignal): Promise<Put>;
  /** Puts a file's content in place of other bytes that a reader found under its digest. */
  replaceObject(digest: string, file: string, signal?: AbortSignal): Promise<void>;
  /** Absent if the protocol cannot list what there is. */
  readonly upkeep?: RemoteUpkeep;
  close(): void;
}

/** What a remote does to be kept small. */
export interface RemoteUpkeep {
  /** Everything it holds. */
  list(signal?: AbortSignal): AsyncIterable<RemoteEntry>;
  /** Removes an entry; one that is gone already is no error. */
  remove(kind: EntryKind, name: string, signal?: AbortSignal): Promise<void>;
}

/** Takes in content that arrives; called again for each attempt. */
export type Take = (content: AsyncIterable<Uint8Array>) => Promise<void>;

/** Whether something was written, or was there already. */
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

/** A remote that did not do what it was asked: a sentence without credentials. It costs a warning, never a run. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  /** Whether the same request may succeed later. */
  readonly transient: boolean;
  /** Seconds that the server asks to wait. */
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

/** Whether a name can be an entry's: listings are text from outside. */
export function isEntryName(name: string): boolean {
  return entryName.test(name);
}
