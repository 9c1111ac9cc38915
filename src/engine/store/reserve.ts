import { statSync, unlinkSync, writeFileSync } from 'node:fs';
import { hasCode, ifThere } from '../../disk/codes.ts';
import type { Layout } from './layout.ts';

/** Enough for what a collection writes before it removes the first file. */
const RESERVE_BYTES = 65_536;

/** Sets a little of the disk aside, unless that was done before or there is nothing to be had. */
export function keepReserve(layout: Layout): void {
  if (ifThere(() => statSync(layout.reserve).size) === RESERVE_BYTES) return;
  try {
    writeFileSync(layout.reserve, Buffer.alloc(RESERVE_BYTES, 'reserve '));
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT')) throw error;
    ifThere(() => unlinkSync(layout.reserve));
  }
}

/** Runs what makes room; where the disk is too full even for that, spends the reserve on it. */
export async function withReserve<T>(layout: Layout, makeRoom: () => Promise<T>): Promise<T> {
  try {
    return await makeRoom();
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT')) throw error;
    ifThere(() => unlinkSync(layout.reserve));
    return makeRoom();
  }
}
