import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import PQueue from 'p-queue';
import type { StageRecord } from '../engine/index.ts';
import type { LocalStore } from '../engine/store/index.ts';
import { connectionsAtOnce } from './connection.ts';
import type { SigningKey } from './keys.ts';
import { type Remote, RemoteError } from './remote.ts';
import type { FoundDamage } from './remote-chain.ts';
import { isSealed, openSealedRecord, sealRecord, type Trust } from './sealed-record.ts';

/** A writable remote. */
export interface WritableRemote {
  readonly remote: Remote;
  /** What the remote's readers trust: anything else under a key there is replaced. */
  readonly trust: Trust;
}

/** The result of sending a record to one remote. */
export type Sent = 'sent' | 'present' | 'not signed' | 'failed';

/** The progress of sending. */
export interface UploadProgress {
  /** Records handed in. */
  readonly records: number;
  /** Records that are completely sent. */
  readonly done: number;
  readonly sentBytes: number;
}

/** The results of a command's uploads. */
export interface UploadSummary extends UploadProgress {
  readonly sent: number;
  readonly present: number;
  /** Records that this user may not sign, and that nobody else has signed. */
  readonly unsigned: number;
  readonly failed: number;
}

/** Sends records in the background: first the objects that a remote does not have, the record last. */
export class Uploads {
  readonly #local: LocalStore;
  readonly #remotes: readonly WritableRemote[];
  readonly #key: SigningKey | undefined;
  readonly #warn: (message: string) => void;
  readonly #damage: FoundDamage;
  readonly #verifies: boolean;
  /** By remote: objects that were read there, or are being read. */
  readonly #reading = new Map<Remote, Map<string, Promise<void>>>();
  readonly #onProgress: (progress: UploadProgress) => void;
  readonly #stop = new AbortController();
  readonly #records = new PQueue({ concurrency: connectionsAtOnce });
  readonly #objects = new PQueue({ concurrency: connectionsAtOnce });
  /** By remote: objects that were sent, or are being sent. */
  readonly #sending = new Map<Remote, Map<string, Promise<void>>>();
  readonly #warned = new Set<Remote>();
  readonly #counts = { records: 0, done: 0, sentBytes: 0, sent: 0, present: 0, unsigned: 0, failed: 0 };

  /** @param key signs the records that were computed here; without it, only records with an envelope are sent, or unsigned ones. */
  constructor(
    local: LocalStore,
    remotes: readonly WritableRemote[],
    key: SigningKey | undefined,
    options: {
      readonly onWarning: (message: string) => void;
      readonly onProgress?: (progress: UploadProgress) => void;
      /** What must be replaced. */
      readonly damage?: FoundDamage;
      /** Whether objects that a remote has are read there, and replaced if their bytes are wrong. */
      readonly verifies?: boolean;
    },
  ) {
    this.#local = local;
    this.#remotes = remotes;
    this.#key = key;
    this.#warn = options.onWarning;
    this.#onProgress = options.onProgress ?? (() => undefined);
    this.#damage = options.damage ?? new Map();
    this.#verifies = options.verifies ?? false;
  }

  /** Adds a record whose objects are in the local store. @param isOwn whether this user computed it, and may sign it. */
  add(record: StageRecord, { isOwn = true } = {}): void {
    this.#counts.records += 1;
    void this.#records.add(async () => {
      const states = await Promise.all(this.#remotes.map((remote) => this.#send(record, isOwn, remote)));
      this.#counts.done += 1;
      if (states.includes('failed')) this.#counts.failed += 1;
      else if (states.includes('not signed')) this.#counts.unsigned += 1;
      else if (states.includes('sent')) this.#counts.sent += 1;
      else this.#counts.present += 1;
      this.#onProgress(this.#counts);
    });
  }

  /** Resolves once nothing is left to send. */
  async finish(): Promise<UploadSummary> {
    await this.#records.onIdle();
    return this.#counts;
  }

  /** Drops what is not sent yet. */
  async stop(): Promise<UploadSummary> {
    this.#stop.abort(new RemoteError('sending was stopped', { transient: false }));
    return this.finish();
  }

  async #send(record: StageRecord, isOwn: boolean, { remote, trust }: WritableRemote): Promise<Sent> {
    const { signal } = this.#stop;
    try {
      const sealed = await this.#sealed(record, isOwn, trust);
      if (sealed === undefined) return 'not signed';
      const present = await remote.record(record.key, signal);
      if (this.#verifies && present !== undefined) await this.#verify(this.#objectsOf(record), remote);
      if (present !== undefined && (await this.#isUsable(present, record.key, { remote, trust }))) return 'present';
      const digests = this.#objectsOf(record);
      const damaged = this.#damaged(digests, remote);
      const whole = digests.filter((digest) => !damaged.includes(digest));
      const [unasked, asked] = this.#bySize(whole, remote.unaskedBytes);
      const send = (some: readonly string[]) => Promise.all(some.map((digest) => this.#sendObject(digest, remote)));
      await Promise.all([send(unasked), remote.missing(asked, signal).then(send)]);
      await Promise.all(damaged.map((digest) => this.#mend(digest, remote)));
      // A useless entry would block the key for ever.
      if (present !== undefined) await remote.replaceRecord(record.key, sealed, signal);
      else if ((await remote.putRecord(record.key, sealed, signal)) === 'present') return 'present';
      return 'sent';
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (!this.#warned.has(remote) && !signal.aborted) {
        this.#warn(
          `Results could not be sent to ${remote.address}: ${error.message}. \`pipe push\` tries again; if you typed --remote, repeat it there.`,
        );
        this.#warned.add(remote);
      }
      return 'failed';
    }
  }

  /** Whether a remote's entry under a key is trusted, and has its objects there. */
  async #isUsable(sealed: Buffer, key: string, { remote, trust }: WritableRemote): Promise<boolean> {
    const opened = openSealedRecord(sealed, key, trust);
    if ('refusal' in opened) return false;
    const digests = this.#objectsOf(opened.record);
    if (this.#damaged(digests, remote).length > 0) return false;
    return (await remote.missing(digests, this.#stop.signal)).length === 0;
  }

  /** All objects of a record, as far as their lists are here. */
  #objectsOf({ outputs }: StageRecord): readonly string[] {
    return [...new Set(Object.values(outputs).flatMap((output) => this.#local.objectsOf(output)))];
  }

  #damaged(digests: readonly string[], remote: Remote): readonly string[] {
    return digests.filter((digest) => this.#damage.get(remote)?.has(digest));
  }

  async #mend(digest: string, remote: Remote): Promise<void> {
    const path = this.#local.objectPath(digest);
    await this.#objects.add(() => remote.replaceObject(digest, path, this.#stop.signal));
    this.#counts.sentBytes += statSync(path).size;
    this.#damage.get(remote)?.delete(digest);
  }

  /** Reads objects of a remote, and notes those that it does not give whole, whatever it says that it has. */
  async #verify(digests: readonly string[], remote: Remote): Promise<void> {
    await Promise.all(
      digests.map((digest) =>
        once(this.#reading, remote, digest, () => this.#objects.add(() => this.#read(digest, remote))),
      ),
    );
  }

  async #read(digest: string, remote: Remote): Promise<void> {
    let hash = createHash('sha256');
    const take = async (content: AsyncIterable<Uint8Array>) => {
      hash = createHash('sha256');
      for await (const chunk of content) hash.update(chunk);
    };
    const { signal } = this.#stop;
    const state = await remote.fetch(digest, take, signal).catch((error: unknown) => {
      // Some servers break the connection, or answer 500, where the bytes on their disk are not those that they expect.
      if (error instanceof RemoteError && error.transient && !signal.aborted) return 'broken';
      throw error;
    });
    if (state === 'fetched' && hash.digest('hex') === digest) return;
    this.#damage.set(remote, (this.#damage.get(remote) ?? new Set()).add(digest));
  }

  /** The record as it is sent: in the envelope in which it arrived, or in one of ours; undefined if it would not be trusted. */
  async #sealed(record: StageRecord, isOwn: boolean, trust: Trust): Promise<Buffer | undefined> {
    const kept = await this.#local.envelope(record.key);
    if (
      kept &&
      isSealed(record, kept) &&
      !(isOwn && this.#key && 'refusal' in openSealedRecord(kept, record.key, trust))
    )
      return kept;
    if (!isOwn || !this.#key) return trust.unsigned ? sealRecord(record, undefined) : undefined;
    const sealed = sealRecord(record, this.#key);
    await this.#local.keepEnvelope(record.key, sealed);
    return sealed;
  }

  /** Objects that are put without asking, and those that are asked for first. */
  #bySize(digests: readonly string[], limit: number): readonly [unasked: readonly string[], asked: readonly string[]] {
    const isSmall = (digest: string) => limit > 0 && statSync(this.#local.objectPath(digest)).size <= limit;
    const unasked = new Set(digests.filter(isSmall));
    return [[...unasked], digests.filter((digest) => !unasked.has(digest))];
  }

  #sendObject(digest: string, remote: Remote): Promise<void> {
    const send = async () => {
      this.#stop.signal.throwIfAborted();
      const path = this.#local.objectPath(digest);
      const put = await remote.putObject(digest, path, this.#stop.signal);
      if (put === 'stored') this.#counts.sentBytes += statSync(path).size;
      this.#onProgress(this.#counts);
    };
    return once(this.#sending, remote, digest, () => this.#objects.add(send));
  }
}

/** What is done, or was begun before, once for each remote and digest. */
function once(
  begun: Map<Remote, Map<string, Promise<void>>>,
  remote: Remote,
  digest: string,
  begin: () => Promise<void>,
): Promise<void> {
  const ofRemote = begun.get(remote) ?? new Map<string, Promise<void>>();
  begun.set(remote, ofRemote);
  const known = ofRemote.get(digest) ?? begin();
  ofRemote.set(digest, known);
  return known;
}
