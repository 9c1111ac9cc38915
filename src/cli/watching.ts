import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import {
  type Curve,
  type Progress,
  type ProgressNotes,
  type RunListener,
  RunState,
  readCurves,
  systemClock,
} from '../engine/index.ts';
import type { LocalStore, RunLog } from '../engine/store/index.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { brokenOffWords, lastHeard } from '../report/interrupted.ts';
import type { Broken, WatchedRun } from '../watch/page.ts';
import type { Address } from '../watch/server.ts';
import { replay } from './past-run.ts';

/** Adds the options for the address of a page. */
export function addPlaceOptions(command: Command, prefix: string): Command {
  return command
    .option(
      '--host <address>',
      `${prefix}address to serve on; another one is open to other machines, unencrypted`,
      '127.0.0.1',
    )
    .addOption(new Option('--port <n>', `${prefix}port to serve on`).argParser(portNumber).default(0, 'a free one'));
}

function portNumber(text: string): number {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('Write a whole number, 0 to 65535.');
  }
  return port;
}

/** Serves the page of a run. The server is loaded on demand. */
export async function openPage(run: WatchedRun, { host, port }: Address) {
  const [{ pageOf }, { servePage }] = await Promise.all([import('../watch/page.ts'), import('../watch/server.ts')]);
  return servePage(pageOf(run), { host, port });
}

/** A running run notes its progress at most this often. */
const noteMilliseconds = 1000;

/** Notes the progress of a run's stages in its log, for watchers in other processes. */
export function keptProgress(log: RunLog, notes: ProgressNotes): RunListener {
  let noted = Number.NEGATIVE_INFINITY;
  let later: NodeJS.Timeout | undefined;
  const note = () => {
    later = undefined;
    noted = systemClock.now();
    log.note(notes.stages as unknown as JsonObject);
  };
  return ({ type }) => {
    if (type === 'run-finished') clearTimeout(later);
    if (type !== 'stage-progress' || later) return;
    // Delayed, not dropped: the newest of a burst is written.
    const wait = noted + noteMilliseconds - systemClock.now();
    later = setTimeout(note, Math.min(noteMilliseconds, Math.max(0, wait))).unref();
  };
}

/** A run of this process, as a page shows it. */
export function ownRun(store: LocalStore, state: RunState, notes: ProgressNotes, now: () => number): WatchedRun {
  return {
    ...readFrom(store, () => state.run),
    state,
    now,
    running: (stage) => notes.stages[stage]?.curves ?? {},
    broken: () => undefined,
  };
}

/** A run of any process that uses this store, according to its files there; each look reads what is new. */
export function storedRun(store: LocalStore, id: string): WatchedRun & { look(): void } {
  const state = new RunState();
  let [heard, bytes] = [0, 0];
  let events: readonly JsonObject[] = [];
  let progress: JsonObject = {};
  const taken = new Map<string, Json | undefined>();
  let broken: Broken | undefined;
  return {
    ...readFrom(store, () => id),
    state,
    now: () => systemClock.now() / 1000,
    running: (stage) => {
      const note = progress[stage];
      return isJsonObject(note) ? Object.fromEntries(readCurves(JSON.stringify(note))) : {};
    },
    broken: () => broken,
    look() {
      if (state.outcome !== undefined) return;
      // Requested before its events are read: everything it wrote before it ended is included.
      const run = store.runs.find(id);
      const size = store.runs.eventBytes(id);
      if (size !== bytes) {
        events = store.runs.events(id);
        replay(events.slice(heard), state);
        [heard, bytes] = [Math.max(heard, events.length), size];
      }
      progress = store.runs.progress(id) ?? {};
      for (const [stage, note] of Object.entries(progress)) {
        const report = isJsonObject(note) ? note['progress'] : undefined;
        if (!isJsonObject(note) || !isJsonObject(report) || note['at'] === taken.get(stage)) continue;
        taken.set(stage, note['at']);
        state.apply({ type: 'stage-progress', stage, progress: report as unknown as Progress }, Number(note['at']));
      }
      if (!run) broken ??= { words: 'This run is no longer in the store.', lastHeard: systemClock.now() / 1000 };
      else if (run.state === 'broken-off') {
        const last = lastHeard(run, events, progress);
        broken = { words: brokenOffWords(run, last), lastHeard: Date.parse(last) / 1000 };
      } else broken = undefined;
    },
  };
}

/** How much of the end of a log is shown. */
const shownBytes = 64 * 1024;

/** Larger files are not files of curves. */
const mostCurveBytes = 4_000_000;

function readFrom(store: LocalStore, run: () => string): Pick<WatchedRun, 'log' | 'kept'> {
  const known = new Map<string, ReadonlyMap<string, Curve>>();
  return {
    log(key) {
      const names = store.logs.list(key);
      const name = names.find((each) => each.run === run()) ?? names[0];
      let text = Buffer.alloc(0);
      for (let position = 0; name; ) {
        const part = store.logs.read(key, name, position);
        if (part.bytes.length === 0) break;
        text = Buffer.concat([text, part.bytes]).subarray(-shownBytes);
        position = part.position;
      }
      return text.toString('utf8');
    },
    kept(output) {
      const found = known.get(output.digest) ?? curvesAt(store.pathOf(output));
      known.set(output.digest, found);
      return found;
    },
  };
}

function curvesAt(path: string | undefined): ReadonlyMap<string, Curve> {
  try {
    if (path === undefined || statSync(path).size > mostCurveBytes) return new Map();
    return readCurves(readFileSync(path, 'utf8'));
  } catch {
    // Collected meanwhile, or damaged: the page works without it.
    return new Map();
  }
}
