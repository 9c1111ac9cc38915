import { chmodSync, constants, copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import type { OutputRecord } from '../record.ts';
import type { DigestCache } from './digest-cache.ts';
import { hasCode, ifThere } from './failure.ts';
import { stateOf } from './file-state.ts';
import type { Layout } from './layout.ts';
import { filesUnder, type ManifestEntry } from './manifest.ts';
import type { Objects } from './objects.ts';
import { sha256OfFile } from './sha256.ts';

/** One file as a consumer sees it. */
type ViewFile = Omit<ManifestEntry, 'path'>;

/** Contents under the names consumers ask for: hard links to objects, in a folder named after the content. */
export class InputLinks {
  readonly #layout: Layout;
  readonly #objects: Objects;
  readonly #states: DigestCache;
  readonly #temporary: () => string;

  constructor(layout: Layout, objects: Objects, states: DigestCache, temporary: () => string) {
    this.#layout = layout;
    this.#objects = objects;
    this.#states = states;
    this.#temporary = temporary;
  }

  /** Absolute path of an output under the name `file`; made, or made anew where it is not what it was. */
  async open(output: OutputRecord, file: string): Promise<string> {
    const path = join(this.#layout.view(output.digest, output.directory), file);
    if (output.directory) await this.#openDirectory(path, this.#manifest(output));
    else await this.#openFile(path, { executable: false, ...output });
    return path;
  }

  /** Copies an output to a path of the user's, whose later changes do not reach the store. */
  copy(output: OutputRecord, destination: string): void {
    if (!output.directory) {
      this.#copyFile({ executable: false, ...output }, destination, 0o644);
      return;
    }
    mkdirSync(destination, { recursive: true });
    for (const entry of this.#manifest(output)) this.#copyFile(entry, join(destination, entry.path), 0o644);
  }

  #manifest(output: OutputRecord): readonly ManifestEntry[] {
    const entries = this.#objects.manifest(output.digest);
    if (entries !== undefined) return entries;
    throw new EnvironmentError(`The artifact store lost the list of files of ${output.digest.slice(0, 12)}.`, {
      hint: 'Run the same command again: the stage that made it runs again.',
    });
  }

  async #openFile(path: string, file: ViewFile): Promise<void> {
    if (await this.#holds(path, file)) return;
    const made = this.#temporary();
    this.#make(file, made);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(made, path);
    // Renaming one link of a file over another does nothing (rename(2)): then the view was made meanwhile, and is as good.
  }

  async #openDirectory(path: string, entries: readonly ManifestEntry[]): Promise<void> {
    for (;;) {
      if (await this.#holdsAll(path, entries)) return;
      const made = this.#temporary();
      mkdirSync(made);
      for (const entry of entries) {
        mkdirSync(dirname(join(made, entry.path)), { recursive: true });
        this.#make(entry, join(made, entry.path));
      }
      mkdirSync(dirname(path), { recursive: true });
      ifThere(() => renameSync(path, this.#temporary()));
      try {
        renameSync(made, path);
        return;
      } catch (error) {
        // Another process laid it out in the same moment.
        if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
      }
    }
  }

  async #holdsAll(path: string, entries: readonly ManifestEntry[]): Promise<boolean> {
    const present = ifThere(() => filesUnder(path, path));
    if (present?.length !== entries.length) return false;
    for (const entry of entries) if (!(await this.#holds(join(path, entry.path), entry))) return false;
    return true;
  }

  /** True where a path is the object itself, or a copy whose content is known to be the same. */
  async #holds(path: string, file: ViewFile): Promise<boolean> {
    const state = stateOf(path);
    if (state === undefined || state.bytes !== file.bytes) return false;
    if (state.inode === stateOf(this.#objects.path(file.digest))?.inode) return true;
    if (this.#states.known(path, state) === file.digest) return true;
    const read = await sha256OfFile(path);
    if (read.digest === file.digest) this.#states.remember(path, read.state, read.digest);
    return read.digest === file.digest;
  }

  /** A hard link where that can be; a copy (a reflink where that can be) of what must be executable, of another user's file, past the limit of links, or where there are none. */
  #make(file: ViewFile, path: string): void {
    try {
      if (file.executable) this.#copyFile(file, path, 0o444);
      else this.#objects.link(file.digest, path);
    } catch (error) {
      if (!hasCode(error, 'EMLINK', 'EPERM', 'ENOTSUP', 'ENOSYS')) throw error;
      this.#copyFile(file, path, 0o444);
    }
  }

  #copyFile(file: ViewFile, path: string, mode: number): void {
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(this.#objects.path(file.digest), path, constants.COPYFILE_FICLONE);
    chmodSync(path, file.executable ? mode | 0o111 : mode);
  }
}
