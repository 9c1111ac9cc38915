import { closeSync, openSync, statSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, ifThere, isAbsent } from '../../disk/codes.ts';
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

/** Notes the use of a record at a time, in milliseconds since 1970. False if the record is gone. */
export function noteUse(layout: Layout, key: string, time: number): boolean {
  const path = layout.record(key);
  // A millisecond later: rounded to seconds, it must not be before the start of the session, which protects the record from collections.
  const seconds = (time + 1) / 1000;
  const noted = ifThere(() => {
    try {
      utimesSync(path, seconds, seconds);
    } catch (error) {
      if (!hasCode(error, 'EPERM', 'EACCES')) throw error;
      writeFirstByte(path);
    }
    return true;
  });
  return noted ?? false;
}

/**
 * Writes the first byte of a record, which is always `{`, once more. Only its owner may set the times of a file, but in a shared store the
 * group may write to it. Where not even that is allowed, the use is not noted: the record counts as unused for longer than it was.
 */
function writeFirstByte(path: string): void {
  try {
    const descriptor = openSync(path, 'r+');
    try {
      writeSync(descriptor, '{', 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EACCES', 'EROFS')) throw error;
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
