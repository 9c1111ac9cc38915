import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere } from './failure.ts';
import { aliveness, type ProcessIdentity } from './identity.ts';
import { parseJson } from './json-text.ts';
import type { Layout } from './layout.ts';

/** How long a process on another host may be silent before its claims are taken over. */
export const SILENCE_MILLISECONDS = 60_000;

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
  const text = ifThere(() => readFileSync(path, 'utf8'));
  const beat = ifThere(() => statSync(path).mtimeMs);
  if (text === undefined || beat === undefined) return undefined;
  const holder = parseJson(text) as Holder | undefined;
  if (holder === undefined) return undefined;
  const seen = aliveness(holder.process, observer);
  const lives = seen === 'unknown' ? now() - beat < SILENCE_MILLISECONDS : seen === 'alive';
  return lives ? holder : undefined;
}
