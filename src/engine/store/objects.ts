import { chmodSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere, isAbsent } from '../../disk/codes.ts';
import type { DigestCache } from '../../disk/digest-cache.ts';
import { renameInto } from '../../disk/durable.ts';
import { stateOf } from '../../disk/file-state.ts';
import { removeTree } from '../../disk/folders.ts';
import { isIrregular, readText } from '../../disk/regular-file.ts';
import { sha256, sha256OfFile } from '../../disk/sha256.ts';
import type { OutputRecord } from '../record.ts';
import type { Damage } from './contract.ts';
import type { Layout } from './layout.ts';
import { type ManifestEntry, parseManifest } from './manifest.ts';
import { namesInShards, storeNames } from './names.ts';

/** An object that does not match its name, as found. */
export interface SeenDamage {
  readonly digest: string;
  readonly damage: Damage;
  /** The inode that was checked: at repair, another file may be in its place. */
  readonly inode: bigint | undefined;
}

/** Content by digest: read-only files named after the sha256 of their bytes. */
export class ObjectFiles {
  readonly #layout: Layout;
  readonly #states: DigestCache;

  constructor(layout: Layout, states: DigestCache) {
    this.#layout = layout;
    this.#states = states;
  }

  path(digest: string): string {
    return this.#layout.object(digest);
  }

  /** Every object's digest. */
  list(): readonly string[] {
    return namesInShards(this.#layout.objects, storeNames.digest);
  }

  /** Size in bytes; undefined if there is no such object. */
  size(digest: string): number | undefined {
    return ifThere(() => statSync(this.path(digest)).size);
  }

  /** Digests of the objects of an output: for a directory, its manifest and, if that can be read, its files. */
  namedBy(output: OutputRecord): readonly string[] {
    if (!output.directory) return [output.digest];
    return [output.digest, ...new Set(this.manifest(output.digest)?.map((entry) => entry.digest))];
  }

  /** What is wrong with an output's objects; undefined if nothing is. `verify` reads content whose present state was not hashed yet. */
  async inspect(output: OutputRecord, options: { readonly verify: boolean }): Promise<SeenDamage | undefined> {
    if (!output.directory) return this.check(output.digest, output.bytes, options);
    const entries = this.manifest(output.digest);
    if (entries === undefined) return this.#finding(output.digest);
    for (const entry of entries) {
      const finding = await this.check(entry.digest, entry.bytes, options);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  /** What is wrong with one object; undefined if nothing is. */
  async check(digest: string, bytes: number, { verify }: { verify: boolean }): Promise<SeenDamage | undefined> {
    const state = stateOf(this.path(digest));
    if (state?.isRegular !== true || state.bytes !== bytes) return this.#finding(digest);
    if (!verify || this.#states.find(digest, state) === digest) return undefined;
    return this.read(digest);
  }

  /** Reads an object, whatever is known about it, and returns what is wrong with it. */
  async read(digest: string): Promise<SeenDamage | undefined> {
    try {
      const read = await sha256OfFile(this.path(digest));
      if (read.digest !== digest) return { digest, damage: 'damaged', inode: read.state.inode };
      if (read.isSettled) this.#states.remember(digest, read.state, digest);
      return undefined;
    } catch (error) {
      if (isAbsent(error) || isIrregular(error)) return this.#finding(digest);
      throw error;
    }
  }

  /** The files of a directory, after reading and checking its manifest; undefined if the manifest is missing or damaged. */
  manifest(digest: string): readonly ManifestEntry[] | undefined {
    const text = readText(this.path(digest));
    return text === undefined || sha256(text) !== digest ? undefined : parseManifest(text);
  }

  /** Whether an object exists and is known to match its name. */
  isWhole(digest: string): boolean {
    const present = stateOf(this.path(digest));
    return present !== undefined && this.#states.find(digest, present) === digest;
  }

  /** Moves a complete and flushed file into place, under the digest of its bytes. */
  place(file: string, digest: string): void {
    chmodSync(file, 0o444);
    // A file replaces whatever is there, except a folder.
    if (ifThere(() => lstatSync(this.path(digest)))?.isDirectory()) this.#moveAside(digest);
    renameInto(file, this.path(digest));
    const state = stateOf(this.path(digest));
    if (state !== undefined) this.#states.remember(digest, state, digest);
  }

  /** Moves a damaged object out of the way, unless an intact one has replaced it. */
  setAside({ digest, inode }: SeenDamage): void {
    if (inode !== undefined && stateOf(this.path(digest))?.inode === inode) this.#moveAside(digest);
  }

  /** Removes an object, unless an intact one has replaced the one that was checked. */
  remove({ digest, inode }: SeenDamage): void {
    if (stateOf(this.path(digest))?.inode === inode) removeTree(this.path(digest));
  }

  #moveAside(digest: string): void {
    const aside = join(this.#layout.damaged, digest);
    removeTree(aside);
    renameInto(this.path(digest), aside);
  }

  #finding(digest: string): SeenDamage {
    const inode = stateOf(this.path(digest))?.inode;
    return { digest, damage: inode === undefined ? 'missing' : 'damaged', inode };
  }
}
