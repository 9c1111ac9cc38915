import { closeSync, openSync, utimesSync, writeSync } from 'node:fs';
import { hasCode, ifThere } from '../../disk/codes.ts';
import type { Layout } from './layout.ts';

/** The uses of records by one process, noted in the store so that the least recently used can be removed. */
export class LastUse {
  readonly #layout: Layout;
  /** Keys of records that were used before this process entered the store; a collection may still remove them. */
  readonly #early = new Set<string>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Remembers the use of a record until `noteEarly`. */
  addEarly(key: string): void {
    this.#early.add(key);
  }

  /** Notes the remembered uses at a time, in milliseconds since 1970. False if one of the records is gone. */
  noteEarly(time: number): boolean {
    const noted = [...this.#early].map((key) => this.note(key, time));
    this.#early.clear();
    return !noted.includes(false);
  }

  /** Notes the use of a record at a time. False if the record is gone. */
  note(key: string, time: number): boolean {
    return touch(this.#layout.record(key), time);
  }
}

function touch(path: string, time: number): boolean {
  // A millisecond later: seconds as a floating-point number may be rounded down, and a record that looks older than the session is not protected
  // from collections.
  const seconds = (time + 1) / 1000;
  const noted = ifThere(() => {
    try {
      utimesSync(path, seconds, seconds);
    } catch (error) {
      if (!hasCode(error, 'EPERM', 'EACCES')) throw error;
      rewriteFirstByte(path);
    }
    return true;
  });
  return noted ?? false;
}

/**
 * Writes the first byte of a record, which is always `{`, again. Only its owner may set the times of a file, but in a shared store the group
 * may write to it. If that is not allowed either, the use is not noted: the record counts as unused for longer than it was.
 */
function rewriteFirstByte(path: string): void {
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
