import { basename, dirname, join } from 'node:path';
import { makeFolder, removeOrLeave } from '../../disk/folders.ts';
import type { OutputRecord, StageRecord } from '../record.ts';
import type { Draft, Publication } from './contract.ts';
import { type SealedOutput, type Sealing, sealOutput } from './outputs.ts';
import { RECORD_FORMAT } from './record-file.ts';
import type { StoreSession } from './session.ts';

/** A folder in a session's folder, where a stage writes its outputs. */
export class DraftFolder {
  readonly path: string;
  readonly #session: StoreSession;
  /** Folders in it that are there. */
  readonly #made = new Set<string>();
  #isThere = true;
  /** For copies of outputs and lists of files until they are objects. */
  #kept: { readonly folder: string; count: number } | undefined;

  constructor(session: StoreSession) {
    this.#session = session;
    this.path = session.temporary('draft-');
    makeFolder(this.path);
  }

  /** The mark of processes that write here: the session, the key, and the folder, which is new for each attempt. */
  mark(key: string): string {
    return `${this.#session.token}/${key}/${basename(this.path)}`;
  }

  /** Absolute path for an output; its folder exists. */
  outputPath(output: string, file: string): string {
    const path = join(this.path, output, file);
    this.#make(dirname(path));
    return path;
  }

  /** Absolute path for a copy of an input; its folder exists. */
  inputPath(input: string, file: string): string {
    return join(this.inner(`.input-${input}`), file);
  }

  /** A folder in it, with a name that no output has. */
  inner(name: `.${string}`): string {
    return this.#make(join(this.path, name));
  }

  /**
   * Hashes every declared output, and flushes those that `isStored` does not know by their digest.
   * @throws StageError if one is missing or is not what was declared.
   */
  async seal(
    outputs: Parameters<Draft['publish']>[0],
    { isStored, isMoved }: Pick<Sealing, 'isStored' | 'isMoved'>,
  ): Promise<Readonly<Record<string, SealedOutput>>> {
    const sealed: Record<string, SealedOutput> = {};
    const sealing = { isStored, isMoved, temporary: () => this.#keptPath() };
    for (const [name, { file, directory }] of Object.entries(outputs)) {
      sealed[name] = await sealOutput(name, this.outputPath(name, file), directory, sealing);
    }
    return sealed;
  }

  /** What cannot be removed is removed with the session, or afterwards. */
  remove(): void {
    if (this.#isThere) removeOrLeave(this.path);
    if (this.#kept !== undefined) removeOrLeave(this.#kept.folder);
    this.#isThere = false;
    this.#kept = undefined;
  }

  /** Outside the folder that the stage knows. */
  #keptPath(): string {
    this.#kept ??= { folder: this.#make(this.#session.temporary('kept-')), count: 0 };
    this.#kept.count += 1;
    return join(this.#kept.folder, String(this.#kept.count));
  }

  #make(folder: string): string {
    if (!this.#made.has(folder)) makeFolder(folder);
    this.#made.add(folder);
    return folder;
  }
}

/** The record of sealed outputs. @param now milliseconds since 1970. */
export function recordOfSealed(
  key: string,
  sealed: Readonly<Record<string, SealedOutput>>,
  publication: Publication,
  now: number,
): StageRecord {
  return {
    format: RECORD_FORMAT,
    key,
    material: publication.material,
    outputs: Object.fromEntries(
      Object.entries(sealed).map(([name, { output }]): [string, OutputRecord] => [name, output]),
    ),
    metrics: publication.metrics,
    provenance: publication.provenance,
    seconds: publication.seconds,
    finished: new Date(now).toISOString(),
  };
}
