import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { hasCode, ifThere } from '../../disk/codes.ts';
import type { DigestCache } from '../../disk/digest-cache.ts';
import { stateOf } from '../../disk/file-state.ts';
import { makeFolder } from '../../disk/folders.ts';
import { sha256OfFile } from '../../disk/sha256.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { OutputRecord } from '../record.ts';
import type { Layout } from './layout.ts';
import type { ManifestEntry } from './manifest.ts';
import type { ObjectFiles } from './objects.ts';

/** One file, as a consumer sees it. */
type LinkedFile = Omit<ManifestEntry, 'path'>;

/**
 * Contents under the names that consumers expect, in folders named after them. Symlinks, because a hard link would change an object's
 * change time, which shows whether the object was touched.
 */
export class InputLinks {
  readonly #layout: Layout;
  readonly #objects: ObjectFiles;
  readonly #states: DigestCache;
  readonly #temporary: () => string;

  constructor(layout: Layout, objects: ObjectFiles, states: DigestCache, temporary: () => string) {
    this.#layout = layout;
    this.#objects = objects;
    this.#states = states;
    this.#temporary = temporary;
  }

  /** Absolute path of an output under the name `file`; created, or created again if it is wrong. */
  async open(output: OutputRecord, file: string): Promise<string> {
    const path = join(this.#layout.view(output.digest, output.directory), file);
    if (output.directory) await this.#openDirectory(path, this.#manifest(output));
    else await this.#openFile(path, { executable: false, ...output });
    return path;
  }

  /** Copies an output to a path of the user; later changes there do not reach the store. @param mode of files that are not executable. */
  copy(output: OutputRecord, destination: string, mode: number): void {
    if (!output.directory) {
      this.#copyFile({ executable: false, ...output }, destination, mode);
      return;
    }
    makeFolder(destination);
    for (const entry of this.#manifest(output)) this.#copyFile(entry, join(destination, entry.path), mode);
  }

  #manifest(output: OutputRecord): readonly ManifestEntry[] {
    const entries = this.#objects.manifest(output.digest);
    if (entries !== undefined) return entries;
    throw new EnvironmentError(`The artifact store lost the list of files of ${output.digest.slice(0, 12)}.`, {
      hint: 'Run the same command again: it reruns the stage that made it.',
    });
  }

  async #openFile(path: string, file: LinkedFile): Promise<void> {
    if (await this.#holds(path, file)) return;
    const made = this.#temporary();
    this.#make(file, made, path);
    makeFolder(dirname(path));
    renameSync(made, path);
  }

  async #openDirectory(path: string, entries: readonly ManifestEntry[]): Promise<void> {
    for (;;) {
      if (await this.#holdsAll(path, entries)) return;
      const made = this.#temporary();
      makeFolder(made);
      for (const entry of entries) {
        makeFolder(dirname(join(made, entry.path)));
        this.#make(entry, join(made, entry.path), join(path, entry.path));
      }
      makeFolder(dirname(path));
      ifThere(() => renameSync(path, this.#temporary()));
      try {
        renameSync(made, path);
        return;
      } catch (error) {
        // Another process created it at the same moment.
        if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
      }
    }
  }

  async #holdsAll(path: string, entries: readonly ManifestEntry[]): Promise<boolean> {
    const present = ifThere(() => readdirSync(path, { recursive: true, withFileTypes: true })) ?? [];
    if (present.filter((entry) => !entry.isDirectory()).length !== entries.length) return false;
    for (const entry of entries) if (!(await this.#holds(join(path, entry.path), entry))) return false;
    // A folder without files that was there is known by its own name only.
    return entries.length > 0 || stateOf(path) !== undefined;
  }

  /** True if a path is a symlink to the object, or a copy whose content is known to be the same. */
  async #holds(path: string, file: LinkedFile): Promise<boolean> {
    if (!file.executable) return linkAt(path) === this.#targetFrom(path, file);
    const state = linkAt(path) === undefined ? stateOf(path) : undefined;
    if (state?.isRegular !== true || state.bytes !== file.bytes) return false;
    if (this.#states.find(path, state) === file.digest) return true;
    const read = await sha256OfFile(path);
    if (read.digest === file.digest && read.isSettled) this.#states.remember(path, read.state, read.digest);
    return read.digest === file.digest;
  }

  /** A symlink; for a file that must be executable, a copy (a reflink if possible). @param place its future path. */
  #make(file: LinkedFile, path: string, place: string): void {
    if (file.executable) this.#copyFile(file, path, 0o444);
    else symlinkSync(this.#targetFrom(place, file), path);
  }

  /** The target of a symlink at a path: relative, so that a store can be moved. */
  #targetFrom(place: string, { digest }: LinkedFile): string {
    return relative(dirname(place), this.#objects.path(digest));
  }

  #copyFile(file: LinkedFile, path: string, mode: number): void {
    const source = this.#objects.path(file.digest);
    const place = (to: string) => {
      copyFileSync(source, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      chmodSync(to, file.executable ? mode | 0o111 : mode);
      return true;
    };
    try {
      // Its folder is usually there.
      if (ifThere(() => place(path))) return;
      makeFolder(dirname(path));
      place(path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      // Written next to it and renamed: writing through a symlink would overwrite another file, such as an older object.
      const fresh = join(dirname(path), `.pipe-${randomUUID()}`);
      try {
        place(fresh);
        renameSync(fresh, path);
      } finally {
        rmSync(fresh, { force: true });
      }
    }
  }
}

/** The target of a symlink; undefined if a path is not one. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (hasCode(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
