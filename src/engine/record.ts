import type { JsonObject } from '../json/json.ts';

/** One output of a finished computation, by content. */
export interface OutputRecord {
  /** sha256 of the file's bytes, or of the directory's manifest, in hex. */
  readonly digest: string;
  /** Size of the content in bytes (of a directory: of all its files). */
  readonly bytes: number;
  readonly directory: boolean;
  /** True if the file is executable; for a directory, the manifest has this for each file. */
  readonly executable?: boolean;
}

/** One finished computation: key, output digests, and provenance. */
export interface StageRecord {
  readonly format: number;
  readonly key: string;
  /** The content whose digest is the key: see docs/hashing.md. */
  readonly material: JsonObject;
  readonly outputs: Readonly<Record<string, OutputRecord>>;
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
  readonly seconds: number;
  /** ISO 8601, UTC. */
  readonly finished: string;
}

/** The records in the order in which they finished, the last one first. */
export function newestFirst(records: readonly StageRecord[]): readonly StageRecord[] {
  return records.toSorted((a, b) => Number(a.finished < b.finished) - Number(a.finished > b.finished));
}
