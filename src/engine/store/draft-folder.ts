import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OutputRecord, StageRecord } from '../record.ts';
import type { Draft, Publication } from './contract.ts';
import { type SealedOutput, sealOutput } from './outputs.ts';
import { RECORD_FORMAT } from './record-file.ts';
import type { Session } from './session.ts';

/** A folder of a session's own in which a stage writes its outputs. */
export class DraftFolder {
  readonly path: string;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.path = session.temporary('draft-');
    mkdirSync(this.path);
  }

  /** Absolute path at which to write an output; the folder it lies in is there. */
  outputPath(output: string, file: string): string {
    const path = join(this.path, output, file);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Hashes and flushes every declared output. @throws StageError where one is missing or is not what was declared. */
  async seal(outputs: Parameters<Draft['publish']>[0]): Promise<Readonly<Record<string, SealedOutput>>> {
    const sealed: Record<string, SealedOutput> = {};
    for (const [name, { file, directory }] of Object.entries(outputs)) {
      const manifestPath = this.#session.temporary('manifest-');
      sealed[name] = await sealOutput(name, this.outputPath(name, file), directory, manifestPath);
    }
    return sealed;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
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
