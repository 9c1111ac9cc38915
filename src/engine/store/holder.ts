import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere } from '../../disk/codes.ts';
import { isProcessIdentity, type ProcessIdentity } from '../../disk/process-identity.ts';
import { readText } from '../../disk/regular-file.ts';
import { isAtWork } from '../../disk/signs-of-life.ts';
import { isJsonObject } from '../../json/json.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Layout } from './layout.ts';

/** What a session's folder tells about its process. */
export interface Holder {
  readonly process: ProcessIdentity;
  /** When the session began, in milliseconds since 1970, by the clock of the file system. */
  readonly started: number;
}

/** The file in a session's folder that identifies its process; its modification time is the last sign of life. */
export function holderFile(layout: Layout, token: string): string {
  return join(layout.sessions, token, 'holder.json');
}

/**
 * The process of a session, if it is still alive.
 * @param now the time for measuring the silence of a process on another host.
 */
export function liveHolder(
  layout: Layout,
  token: string,
  observer: ProcessIdentity,
  now: () => number,
): Holder | undefined {
  const path = holderFile(layout, token);
  const holder = parseHolder(readText(path));
  const beat = ifThere(() => statSync(path).mtimeMs);
  if (holder === undefined || beat === undefined) return undefined;
  return isAtWork(holder.process, observer, () => now() - beat) ? holder : undefined;
}

/** The content of a holder's file; undefined if it is invalid, for example after a crash or a manual edit. */
function parseHolder(text: string | undefined): Holder | undefined {
  const value = text === undefined ? undefined : parseJson(text);
  if (!isJsonObject(value) || !isProcessIdentity(value['process'])) return undefined;
  return typeof value['started'] === 'number' ? (value as unknown as Holder) : undefined;
}
