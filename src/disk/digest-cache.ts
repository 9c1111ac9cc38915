import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../json/parse-json.ts';
import { hasCode, ifThere, isAbsent } from './codes.ts';
import type { FileState } from './file-state.ts';
import { makeFolder } from './folders.ts';
import { sha256 } from './sha256.ts';

/**
 * If a file changed less than this before it was hashed, it may change again without a difference in its times: the coarsest clock of a
 * file system in use (FAT) ticks every two seconds.
 */
const UNSETTLED_MILLISECONDS = 2000;

interface CachedDigest {
  readonly state: string;
  readonly digest: string;
}

interface Shard {
  readonly path: string;
  readonly entries: Map<string, CachedDigest>;
  /** How many lines it had when it was read. */
  readonly lines: number;
}

const LINE = /^([0-9a-f]{64}) (\d+ \d+ \d+ \d+) (".*")$/;

/** How digests are remembered. */
export interface DigestCacheOptions {
  /** Milliseconds since 1970. */
  now(): number;
  /** Every file is read each time its digest is needed, regardless of its state; the digest is stored for other commands. */
  readonly readsAll?: boolean;
}

/**
 * Remembers the digest of a file as long as its state does not change, so the second lookup is free. Uses 256 append-only files, so that
 * writes do not cost more in a larger store; a lost or torn line costs one hashing, never a wrong digest. Nothing is written before `keep`.
 */
export class DigestCache {
  readonly #directory: string;
  readonly #options: DigestCacheOptions;
  readonly #shards = new Map<string, Shard>();
  /** Lines to write once writing is allowed; undefined from then on. */
  #unwritten: { readonly path: string; readonly line: string }[] | undefined = [];

  constructor(directory: string, options: DigestCacheOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** The digest of the file of this name, if it was hashed in exactly this state. */
  find(name: string, state: FileState): string | undefined {
    if (this.#options.readsAll) return undefined;
    return this.#entry(name, state)?.digest;
  }

  /** Notes a new digest. For a file that changed a moment ago, only this process remembers it. */
  remember(name: string, state: FileState, digest: string): void {
    // If every file is read, most digests are known already.
    if (this.#options.readsAll && this.#entry(name, state)?.digest === digest) return;
    const shard = this.#shard(name);
    shard.entries.set(name, { state: state.text, digest });
    if (this.#options.now() - state.changed < UNSETTLED_MILLISECONDS) return;
    const [path, line] = [shard.path, lineOf(name, { state: state.text, digest })];
    if (this.#unwritten) this.#unwritten.push({ path, line });
    else this.#append(path, line);
  }

  /** Writes what was remembered until now, and from now on every new digest. */
  keep(): void {
    const unwritten = this.#unwritten ?? [];
    this.#unwritten = undefined;
    for (const { path, line } of unwritten) this.#append(path, line);
  }

  /** Drops every entry that `keep` rejects, and lines that later ones replaced. */
  prune(temporary: string, keep: (name: string, digest: string) => boolean): void {
    for (let index = 0; index < 256; index += 1) {
      const path = join(this.#directory, index.toString(16).padStart(2, '0'));
      const shard = load(path);
      if (shard.lines === 0) continue;
      for (const [name, entry] of shard.entries) if (!keep(name, entry.digest)) shard.entries.delete(name);
      if (shard.lines === shard.entries.size) continue;
      writeFileSync(temporary, [...shard.entries].map(([name, entry]) => lineOf(name, entry)).join(''));
      renameSync(temporary, path);
    }
    this.#shards.clear();
  }

  #entry(name: string, state: FileState): CachedDigest | undefined {
    const entry = this.#shard(name).entries.get(name);
    return entry?.state === state.text ? entry : undefined;
  }

  #append(path: string, line: string): void {
    try {
      appendFileSync(path, line);
    } catch (error) {
      // On a full disk the line is lost, which costs one hashing; important writes will report the full disk.
      if (hasCode(error, 'ENOSPC', 'EDQUOT')) return;
      if (!isAbsent(error)) throw error;
      makeFolder(this.#directory);
      appendFileSync(path, line);
    }
  }

  #shard(name: string): Shard {
    const index = sha256(name).slice(0, 2);
    let shard = this.#shards.get(index);
    if (shard === undefined) {
      shard = load(join(this.#directory, index));
      this.#shards.set(index, shard);
    }
    return shard;
  }
}

function lineOf(name: string, entry: CachedDigest): string {
  return `${entry.digest} ${entry.state} ${JSON.stringify(name)}\n`;
}

function load(path: string): Shard {
  const entries = new Map<string, CachedDigest>();
  const lines = (ifThere(() => readFileSync(path, 'utf8')) ?? '').split('\n').slice(0, -1);
  for (const line of lines) {
    const [, digest, state, quoted] = LINE.exec(line) ?? [];
    const name = quoted === undefined ? undefined : parseJson(quoted);
    if (digest !== undefined && state !== undefined && typeof name === 'string') entries.set(name, { state, digest });
  }
  return { path, entries, lines: lines.length };
}
