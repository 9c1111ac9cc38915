import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, ifThere } from '../../disk/codes.ts';
import { makeFolder } from '../../disk/folders.ts';
import type { ProcessIdentity } from '../../disk/process-identity.ts';
import { readText } from '../../disk/regular-file.ts';
import { isJsonObject, type JsonObject } from '../../json/json.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Clock } from '../clock.ts';
import { explainFailure } from './failure.ts';
import { liveHolder } from './holder.ts';
import type { Layout } from './layout.ts';
import { namesIn, storeNames } from './names.ts';
import type { StoreSession } from './session.ts';

/** What is kept of a run. */
export interface LoggedRun {
  /** Identifies the run; ids sort by time. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** `broken-off`: its process is gone, and it did not finish. */
  readonly state: 'running' | 'finished' | 'broken-off';
  /** The request that started it. */
  readonly request: JsonObject;
  /** Its result; absent before it has finished. */
  readonly result?: JsonObject;
}

/** Shape of runs/<id>/run.json. */
interface RunFile {
  readonly started: string;
  readonly session: string;
  readonly request: JsonObject;
  readonly result?: JsonObject;
}

const RUN_FILE = 'run.json';
const EVENTS_FILE = 'events.jsonl';
const PROGRESS_FILE = 'progress.json';

/** Events wait in memory until they have this many characters, or the run finishes. */
const BUFFERED_CHARACTERS = 16_384;

/** The history of runs: one folder each, with a summary and its events, one JSON object per line. */
export class Runs {
  readonly #layout: Layout;
  readonly #clock: Clock;
  readonly #process: ProcessIdentity;
  readonly #session: () => Promise<StoreSession>;

  constructor(layout: Layout, clock: Clock, process: ProcessIdentity, session: () => Promise<StoreSession>) {
    this.#layout = layout;
    this.#clock = clock;
    this.#process = process;
    this.#session = session;
  }

  /** Begins the record of a run. */
  async start(request: JsonObject): Promise<RunLog> {
    try {
      const session = await this.#session();
      const started = new Date(this.#clock.now()).toISOString();
      const id = this.#newFolder(started.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-'));
      return new RunLog(id, this.#layout, { started, session: session.token, request }, session, this.#clock);
    } catch (error) {
      throw explainFailure(error, this.#layout.root);
    }
  }

  /** The ids of all runs, in no particular order. */
  ids(): readonly string[] {
    return namesIn(this.#layout.runs, storeNames.run);
  }

  /** Every run, newest first. */
  list(): readonly LoggedRun[] {
    return this.ids()
      .map((id) => this.find(id))
      .filter((run) => run !== undefined)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** One run; undefined if there is none with this id. */
  find(id: string): LoggedRun | undefined {
    const file = parseRun(readText(join(this.#layout.run(id), RUN_FILE)));
    if (file === undefined) return undefined;
    const { started, session, request, result } = file;
    if (result !== undefined) return { id, started, state: 'finished', request, result };
    const holder = liveHolder(this.#layout, session, this.#process, () => this.#clock.now());
    return { id, started, state: holder === undefined ? 'broken-off' : 'running', request };
  }

  /** The events of a run, in order; for a killed run, all but the last few. */
  events(id: string): readonly JsonObject[] {
    const text = readText(join(this.#layout.run(id), EVENTS_FILE)) ?? '';
    return text.split('\n').slice(0, -1).map(parseJson).filter(isJsonObject);
  }

  /** Number of bytes of events: it grows with the events. */
  eventBytes(id: string): number {
    return ifThere(() => statSync(join(this.#layout.run(id), EVENTS_FILE)))?.size ?? 0;
  }

  /** The last noted progress of a running run; undefined if nothing is noted. */
  progress(id: string): JsonObject | undefined {
    const text = readText(join(this.#layout.run(id), PROGRESS_FILE));
    const value = text === undefined ? undefined : parseJson(text);
    return isJsonObject(value) ? value : undefined;
  }

  #newFolder(stem: string): string {
    makeFolder(this.#layout.runs);
    for (let count = 1; ; count += 1) {
      const id = count === 1 ? stem : `${stem}-${count}`;
      try {
        mkdirSync(this.#layout.run(id));
        return id;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
  }
}

/** The content of a run's file; undefined if it is invalid, for example after a crash or a manual edit. */
function parseRun(text: string | undefined): RunFile | undefined {
  const value = text === undefined ? undefined : parseJson(text);
  if (!isJsonObject(value)) return undefined;
  const { started, session, request, result } = value;
  const isWhole = typeof started === 'string' && typeof session === 'string' && isJsonObject(request);
  return isWhole && (result === undefined || isJsonObject(result)) ? (value as unknown as RunFile) : undefined;
}

/** The folder of a run in progress. */
export class RunLog {
  readonly id: string;
  readonly directory: string;
  readonly #root: string;
  readonly #file: RunFile;
  readonly #session: StoreSession;
  readonly #clock: Clock;
  #buffer = '';
  /** The error that kept events from being written; reported at the end, because a run is more important than its log. */
  #failure: unknown;

  constructor(id: string, layout: Layout, file: RunFile, session: StoreSession, clock: Clock) {
    this.id = id;
    this.directory = layout.run(id);
    this.#root = layout.root;
    this.#file = file;
    this.#session = session;
    this.#clock = clock;
    this.#write(file);
  }

  /** Adds an event with its time (`at`); it is written once there are enough others, or the run has finished. */
  append(event: JsonObject): void {
    const at = new Date(this.#clock.now()).toISOString();
    this.#buffer += `${JSON.stringify({ at, ...event })}\n`;
    if (this.#buffer.length >= BUFFERED_CHARACTERS) this.flush();
  }

  /** Notes the progress of its stages, replacing the previous note, and writes the events so far. */
  note(progress: JsonObject): void {
    this.flush();
    try {
      this.#replace(PROGRESS_FILE, JSON.stringify(progress));
    } catch {
      // It is for watchers, and not part of what is kept.
    }
  }

  /** Notes the result of the run. @throws EnvironmentError if the log could not be written. */
  finish(result: JsonObject): void {
    this.flush();
    try {
      if (this.#failure !== undefined) throw this.#failure;
      this.#write({ ...this.#file, result });
      rmSync(join(this.directory, PROGRESS_FILE), { force: true });
    } catch (error) {
      throw explainFailure(error, this.#root);
    }
  }

  /** Writes the events so far, so that others see them. */
  flush(): void {
    try {
      appendFileSync(join(this.directory, EVENTS_FILE), this.#buffer);
    } catch (error) {
      this.#failure ??= error;
    }
    this.#buffer = '';
  }

  #write(file: RunFile): void {
    this.#replace(RUN_FILE, `${JSON.stringify(file, null, 1)}\n`);
  }

  #replace(name: string, text: string): void {
    const temporary = this.#session.temporary();
    writeFileSync(temporary, text);
    renameSync(temporary, join(this.directory, name));
  }
}
