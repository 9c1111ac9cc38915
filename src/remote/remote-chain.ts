import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import type { OutputRecord, StageRecord } from '../engine/index.ts';
import { ForeignBytesError, type LocalStore, parseManifest, writeRecord } from '../engine/store/index.ts';
import { connectionsAtOnce } from './connection.ts';
import type { PublicKey } from './keys.ts';
import { type Remote, RemoteError } from './remote.ts';
import { openSealedRecord, type Trust } from './sealed-record.ts';

/** A readable remote, and whose records are trusted. */
export interface ReadableRemote {
  readonly remote: Remote;
  readonly trust: Trust;
}

/** A record that a remote has. */
export interface FoundRecord {
  readonly record: StageRecord;
  /** As it arrived, for sending it on: another's signature is sent unchanged. */
  readonly sealed: Buffer;
  readonly address: string;
  readonly signer: PublicKey | undefined;
}

/** By remote, digests whose bytes this command could not get: a stage that recomputes them replaces them there. */
export type FoundDamage = Map<Remote, Set<string>>;

/** Remotes in the order of lookup. A failure costs a warning, and the next one is asked. */
export class RemoteChain {
  readonly #local: LocalStore;
  readonly #remotes: readonly ReadableRemote[];
  readonly #warn: (message: string) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #queue = new PQueue({ concurrency: connectionsAtOnce });
  /** By key: what was found, and what was not, for the duration of this command. */
  readonly #records = new Map<string, Promise<FoundRecord | undefined>>();
  readonly #failed = new Set<Remote>();
  readonly #damage: FoundDamage;

  constructor(
    local: LocalStore,
    remotes: readonly ReadableRemote[],
    options: {
      readonly onWarning: (message: string) => void;
      readonly signal?: AbortSignal | undefined;
      /** For digests that it could not get. */
      readonly damage?: FoundDamage;
    },
  ) {
    this.#local = local;
    this.#remotes = remotes;
    this.#warn = options.onWarning;
    this.#signal = options.signal;
    this.#damage = options.damage ?? new Map();
  }

  /** Whether a remote has failed so far: then what was not found may exist. */
  get hasFailed(): boolean {
    return this.#failed.size > 0;
  }

  /** The first trusted record of a key. Each key is looked up once per command. */
  record(key: string): Promise<FoundRecord | undefined> {
    const known = this.#records.get(key);
    if (known) return known;
    const asked = this.#queue.add(() => this.#lookUp(key));
    this.#records.set(key, asked);
    return asked;
  }

  /** Whether each object of the outputs is here or on a remote. Downloads nothing: for a directory, it asks for the list of its files. */
  async has(outputs: readonly OutputRecord[]): Promise<boolean> {
    let missing = this.#notHere(outputs);
    for (const { remote } of this.#remotes) {
      if (missing.length === 0) break;
      missing = (await this.#try(remote, () => remote.missing(missing, this.#signal))) ?? missing;
    }
    return missing.length === 0;
  }

  /** Downloads all objects of a record, and then the record itself, to the local store; false if one is not available. */
  async bring(record: StageRecord): Promise<boolean> {
    for (const output of Object.values(record.outputs)) if (!(await this.bringOutput(output))) return false;
    const found = await this.#records.get(record.key);
    if (found) await this.#local.adoptRecord(record.key, writeRecord(record), found.sealed);
    return true;
  }

  /** Downloads the objects of an output to the local store; false if one is not available. */
  async bringOutput(output: OutputRecord): Promise<boolean> {
    // For a directory, the list of its files comes first, because it names the other objects.
    while (true) {
      const missing = this.#notHere([output]);
      if (missing.length === 0) return true;
      const brought = await Promise.all(missing.map((digest) => this.#queue.add(() => this.#bringObject(digest))));
      if (brought.includes(false)) return false;
    }
  }

  /** Reads every object of a record from a remote that has it, and compares it with its digest; false if one is not available. */
  async check({ outputs }: StageRecord): Promise<boolean> {
    for (const { digest, directory } of Object.values(outputs)) {
      const content = await this.#read(digest, directory);
      if (content === undefined) return false;
      const files = directory ? (parseManifest(content.toString('utf8')) ?? []) : [];
      const read = await Promise.all(files.map((file) => this.#queue.add(() => this.#read(file.digest, false))));
      if (read.includes(undefined)) return false;
    }
    return true;
  }

  /** The content of an object if it matches its digest; without `keep`, an empty buffer instead. */
  async #read(digest: string, keep: boolean): Promise<Buffer | undefined> {
    for (const { remote } of this.#remotes) {
      const chunks: Uint8Array[] = [];
      const hash = createHash('sha256');
      const take = async (content: AsyncIterable<Uint8Array>) => {
        for await (const chunk of content) {
          hash.update(chunk);
          if (keep) chunks.push(chunk);
        }
      };
      const state = await this.#try(remote, () => remote.fetch(digest, take, this.#signal));
      if (state === 'fetched' && hash.digest('hex') === digest) return Buffer.concat(chunks);
    }
    return undefined;
  }

  #notHere(outputs: readonly OutputRecord[]): readonly string[] {
    const digests = outputs.flatMap((output) => this.#local.objectsOf(output));
    return [...new Set(digests)].filter((digest) => !this.#local.hasObject(digest));
  }

  async #lookUp(key: string): Promise<FoundRecord | undefined> {
    for (const { remote, trust } of this.#remotes) {
      const sealed = await this.#try(remote, () => remote.record(key, this.#signal));
      if (sealed === undefined) continue;
      const opened = openSealedRecord(sealed, key, trust);
      if ('record' in opened) return { ...opened, sealed, address: remote.address };
      this.#warn(`The record ${key.slice(0, 12)} of ${remote.address} is refused: it ${opened.refusal}.`);
    }
    return undefined;
  }

  async #bringObject(digest: string): Promise<boolean> {
    for (const { remote } of this.#remotes) {
      const state = await this.#try(remote, async () => {
        try {
          return await remote.fetch(digest, (content) => this.#local.adoptObject(digest, content), this.#signal);
        } catch (error) {
          this.#damage.set(remote, (this.#damage.get(remote) ?? new Set()).add(digest));
          if (!(error instanceof ForeignBytesError)) throw error;
          const hint = '`pipe push --verify` from a store that has it replaces it';
          throw new RemoteError(`its object ${digest.slice(0, 12)} has another sha256; ${hint}`, { transient: false });
        }
      });
      if (state === 'fetched') return true;
    }
    return false;
  }

  /** The answer of a remote; undefined if it fails, which is reported once. */
  async #try<T>(remote: Remote, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (!this.#failed.has(remote)) this.#warn(`The remote ${remote.address} failed: ${error.message}.`);
      this.#failed.add(remote);
      return undefined;
    }
  }
}
