import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OutputRecord, StageRecord } from '../record.ts';
import type { Draft, Publication } from './contract.ts';
import { type SealedOutput, sealOutput } from './outputs.ts';
import { RECORD_FORMAT } from './record-file.ts';
import { removeTree } from './remove-tree.ts';
import type { Session } from './session.ts';

/** A folder of a session's own in which a stage writes its outputs. */
export class DraftFolder {
  readonly path: string;
  readonly #session: Session;
  /** Folders in it that are there. */
  readonly #made = new Set<string>();
  #isThere = true;

  constructor(session: Session) {
    this.#session = session;
    this.path = session.temporary('draft-');
    mkdirSync(this.path);
  }

  /** Absolute path at which to write an output; the folder it lies in is there. */
  outputPath(output: string, file: string): string {
    const path = join(this.path, output, file);
    this.#make(dirname(path));
    return path;
  }

  /** A folder in it under a name that no output has. */
  inner(name: `.${string}`): string {
    return this.#make(join(this.path, name));
  }

  /**
   * Hashes every declared output, and flushes those that `isStored` does not know by their digest.
   * @throws StageError where one is missing or is not what was declared.
   */
  async seal(
    outputs: Parameters<Draft['publish']>[0],
    isStored: (digest: string) => boolean,
  ): Promise<Readonly<Record<string, SealedOutput>>> {
    const sealed: Record<string, SealedOutput> = {};
    for (const [name, { file, directory }] of Object.entries(outputs)) {
      const manifestPath = this.#session.temporary('manifest-');
      sealed[name] = await sealOutput(name, this.outputPath(name, file), directory, manifestPath, isStored);
    }
    return sealed;
  }

  remove(): void {
    if (this.#isThere) removeTree(this.path);
    this.#isThere = false;
  }

  #make(folder: string): string {
    if (!this.#made.has(folder)) mkdirSync(folder, { recursive: true });
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
