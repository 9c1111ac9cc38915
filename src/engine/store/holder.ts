import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere } from '../../disk/codes.ts';
import { isProcessIdentity, type ProcessIdentity } from '../../disk/process-identity.ts';
import { readText } from '../../disk/regular-file.ts';
import { isAtWork } from '../../disk/signs-of-life.ts';
import { isJsonObject } from '../../json/json.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Layout } from './layout.ts';

/** What a session's folder says of the process behind it. */
export interface Holder {
  readonly process: ProcessIdentity;
  /** When the session began, in milliseconds since 1970, by the file system's clock. */
  readonly started: number;
}

/** The file in a session's folder that says whose it is; its modification time is the last sign of life. */
export function holderFile(layout: Layout, token: string): string {
  return join(layout.sessions, token, 'holder.json');
}

/**
 * Who is behind a session, where they are still at work.
 * @param now the time to measure the silence of another host's process against.
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

/** What a holder's file says; undefined if it says nothing, as when a crash or a hand has damaged it. */
function parseHolder(text: string | undefined): Holder | undefined {
  const value = text === undefined ? undefined : parseJson(text);
  if (!isJsonObject(value) || !isProcessIdentity(value['process'])) return undefined;
  return typeof value['started'] === 'number' ? (value as unknown as Holder) : undefined;
}
