import { appendFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isSystemError } from '../disk/codes.ts';
import { makeFolder } from '../disk/folders.ts';
import { readText } from '../disk/regular-file.ts';
import { sha256 } from '../disk/sha256.ts';
import type { StageRecord } from '../engine/index.ts';
import { writeRecord } from '../engine/store/index.ts';
import type { CliContext } from './context.ts';

/**
 * The list of what this user computed: the sha256 of each record, one per line. It is outside every store, because others may write to a
 * store, and a store can be copied from anywhere.
 */
function listFile({ environment }: Pick<CliContext, 'environment'>): string {
  const state = environment['XDG_STATE_HOME'] || join(environment['HOME'] || homedir(), '.local', 'state');
  return join(state, 'pipe', 'computed');
}

/** Notes that this user computed a record. If that cannot be written, `pipe push` will not sign the record; the run goes on. */
export function noteComputed(context: Pick<CliContext, 'environment'>, record: StageRecord): void {
  const file = listFile(context);
  try {
    makeFolder(dirname(file), 0o700);
    // Lines are appended whole, also by several processes.
    appendFileSync(file, `${digestOf(record)}\n`, { mode: 0o600 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Tells which records this user computed. */
export function computedHere(context: Pick<CliContext, 'environment'>): (record: StageRecord) => boolean {
  const computed = new Set((readText(listFile(context)) ?? '').split('\n'));
  return (record) => computed.has(digestOf(record));
}

function digestOf(record: StageRecord): string {
  return sha256(writeRecord(record));
}
