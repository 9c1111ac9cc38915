import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { hasCode, ifThere, isAbsent } from './failure.ts';
import type { FileState } from './file-state.ts';
import { parseJson } from './json-text.ts';
import { sha256 } from './sha256.ts';

/**
 * A file changed less than this before it was hashed may change again without its times showing it:
 * the coarsest clock of a file system in use (FAT) ticks every two seconds.
 */
const UNSETTLED_MILLISECONDS = 2000;

interface Entry {
  readonly state: string;
  readonly digest: string;
}

interface Shard {
  readonly path: string;
  readonly entries: Map<string, Entry>;
  /** How many lines it had when it was read. */
  readonly lines: number;
}

const LINE = /^([0-9a-f]{64}) (\d+ \d+ \d+ \d+) (".*")$/;

/**
 * Remembers the digest of a file for as long as its state does not change, so that the second look is free.
 * 256 append-only files, so that no write costs more for a larger store; a lost or torn line costs one hashing, never a wrong digest.
 */
export class DigestCache {
  readonly #directory: string;
  readonly #writable: boolean;
  readonly #clock: Clock;
  readonly #shards = new Map<string, Shard>();

  constructor(directory: string, options: { writable: boolean; clock: Clock }) {
    this.#directory = directory;
    this.#writable = options.writable;
    this.#clock = options.clock;
  }

  /** The digest of the file of this name, if it was hashed in just this state. */
  known(name: string, state: FileState): string | undefined {
    const entry = this.#shard(name).entries.get(name);
    return entry?.state === state.text ? entry.digest : undefined;
  }

  /** Notes a digest just computed. A file changed a moment ago is noted for this process only. */
  remember(name: string, state: FileState, digest: string): void {
    const shard = this.#shard(name);
    shard.entries.set(name, { state: state.text, digest });
    if (!this.#writable || this.#clock.now() - state.changed < UNSETTLED_MILLISECONDS) return;
    this.#append(shard.path, lineOf(name, { state: state.text, digest }));
  }

  /** Drops every entry that `keep` does not want, and lines that later ones replaced. */
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

  #append(path: string, line: string): void {
    try {
      appendFileSync(path, line);
    } catch (error) {
      // On a full disk the line is lost, which costs one hashing; what has to be written will say that it is full.
      if (hasCode(error, 'ENOSPC', 'EDQUOT')) return;
      if (!isAbsent(error)) throw error;
      mkdirSync(this.#directory, { recursive: true });
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

function lineOf(name: string, entry: Entry): string {
  return `${entry.digest} ${entry.state} ${JSON.stringify(name)}\n`;
}

function load(path: string): Shard {
  const entries = new Map<string, Entry>();
  const lines = (ifThere(() => readFileSync(path, 'utf8')) ?? '').split('\n').slice(0, -1);
  for (const line of lines) {
    const [, digest, state, quoted] = LINE.exec(line) ?? [];
    const name = quoted === undefined ? undefined : parseJson(quoted);
    if (digest !== undefined && state !== undefined && typeof name === 'string') entries.set(name, { state, digest });
  }
  return { path, entries, lines: lines.length };
}
