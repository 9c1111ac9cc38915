import { closeSync, readSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { hasCode, ifThere } from '../../disk/codes.ts';
import { openRegular } from '../../disk/regular-file.ts';
import type { Layout } from './layout.ts';

/** Enough for what a collection writes before it removes the first file. */
const RESERVE_BYTES = 65_536;

const FILLING = 'reserve ';

/** True if a file is a reserve, or what a full disk left of one. */
export function isReserve(path: string): boolean {
  const bytes = ifThere(() => statSync(path))?.size;
  if (bytes === undefined || bytes > RESERVE_BYTES) return false;
  const descriptor = openRegular(path);
  try {
    const start = Buffer.alloc(Math.min(bytes, FILLING.length));
    readSync(descriptor, start, 0, start.length, 0);
    return FILLING.startsWith(start.toString('latin1'));
  } finally {
    closeSync(descriptor);
  }
}

/** Reserves a little disk space, unless that was done before or there is none left. */
export function keepReserve(layout: Layout): void {
  const present = ifThere(() => statSync(layout.reserve).size);
  if (present === RESERVE_BYTES || (present !== undefined && !isReserve(layout.reserve))) return;
  try {
    writeFileSync(layout.reserve, Buffer.alloc(RESERVE_BYTES, FILLING));
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT')) throw error;
    ifThere(() => unlinkSync(layout.reserve));
  }
}

/** Runs what frees space; if the disk is too full even for that, releases the reserve first. */
export async function withReserve<T>(layout: Layout, makeRoom: () => Promise<T>): Promise<T> {
  try {
    return await makeRoom();
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT')) throw error;
    ifThere(() => unlinkSync(layout.reserve));
    return makeRoom();
  }
}
