import type { RunListener } from '../engine/index.ts';
import { liveDisplay } from '../report/live.ts';
import { plainDisplay } from '../report/plain.ts';
import type { Surroundings } from './workspace.ts';

/** A live table on a terminal, plain lines in a pipe; on standard error where standard output is for JSON. */
export function openDisplay({ stdout, stderr }: Surroundings, json: boolean): RunListener {
  const stream = json ? stderr : stdout;
  const now = () => performance.now() / 1000;
  if (stream.isTTY) return liveDisplay({ stream, now });
  return plainDisplay({ write: (text) => stream.write(text), now });
}
