import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere, isAbsent } from '../../disk/codes.ts';
import { isIrregular, readRegular } from '../../disk/regular-file.ts';
import type { StageRecord } from '../record.ts';
import type { Layout } from './layout.ts';
import { namesIn, storeNames } from './names.ts';
import { recordIn } from './record-file.ts';

/** A record in the store, and when it was last used. */
export interface StoredRecord {
  readonly record: StageRecord;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

/** A file in a folder of records that is not a record. */
export interface RefusedRecord {
  readonly path: string;
  /** One clause: `it is not JSON`. */
  readonly refusal: string;
}

/** The record of a key, or why the file in its place is invalid; undefined if there is nothing. */
export function recordOf(layout: Layout, key: string): ReturnType<typeof recordIn> | undefined {
  try {
    return recordIn(readRegular(layout.record(key)), key);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    if (isIrregular(error)) return { refusal: 'it is not a regular file' };
    throw error;
  }
}

/** Every record, in no particular order, and every invalid file among them. */
export function listRecords(layout: Layout): { records: readonly StoredRecord[]; refused: readonly RefusedRecord[] } {
  const records: StoredRecord[] = [];
  const refused: RefusedRecord[] = [];
  for (const shard of namesIn(layout.records, storeNames.shard)) {
    for (const name of namesIn(join(layout.records, shard), storeNames.record)) {
      const path = join(layout.records, shard, name);
      const key = name.replace(/\.json$/, '');
      const parsed = name.startsWith(shard) ? recordOf(layout, key) : { refusal: 'it is not in the place of a record' };
      const lastUsed = ifThere(() => statSync(path).mtimeMs);
      if (parsed === undefined || lastUsed === undefined) continue;
      if ('record' in parsed) records.push({ record: parsed.record, lastUsed });
      else refused.push({ path, refusal: parsed.refusal });
    }
  }
  return { records, refused };
}
