import { createHash } from 'node:crypto';
import type { SourceNames, Texts } from './sources.ts';

/** Stores what was read, so that reading the same again loads neither a YAML parser nor a validator. Losing it costs only time. */
export interface ReadMemory {
  /** The version or digest of the program: data stored by another version is ignored. */
  readonly program: string;
  /** What `keep` last stored in this slot; undefined if there is nothing, or it cannot be read. */
  find(slot: string): Promise<string | undefined>;
  /** Replaces the content of the slot; does nothing if that is impossible. */
  keep(slot: string, text: string): Promise<void>;
}

/** Where a reading is stored, and for which exact sources. */
export interface ReadingIdentity {
  /** The same for the same files and options, independent of their content: an edit replaces what was stored. */
  readonly slot: string;
  /** A digest of everything the reading depends on. */
  readonly key: string;
}

/** Identifies a reading by the program, the names of its sources and their texts. */
export function identityOf(
  program: string,
  { file, overlays, sets, sweeps }: SourceNames,
  texts: Texts,
): ReadingIdentity {
  const names = [file, overlays, sets, sweeps];
  return { slot: digest(JSON.stringify(names)), key: digest(JSON.stringify([program, names, [...texts]])) };
}

/** What is stored for exactly these sources; undefined if there is nothing, or it was damaged. */
export function unpackReading<Reading>(text: string, key: string): Reading | undefined {
  const [keptKey, keptDigest, json] = text.split('\n', 3);
  if (keptKey !== key || json === undefined || keptDigest !== digest(json)) return undefined;
  return JSON.parse(json) as Reading;
}

/** The text to store for what was read. */
export function packReading(reading: unknown, key: string): string {
  const json = JSON.stringify(reading);
  return `${key}\n${digest(json)}\n${json}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
