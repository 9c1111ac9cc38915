import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ifThere, isSystemError } from '../../disk/codes.ts';
import { makeFolder, removeOrLeave } from '../../disk/folders.ts';
import { aliveness, type ProcessIdentity, processName, processNamed } from '../../disk/process-identity.ts';
import { BEAT_MILLISECONDS, SILENCE_MILLISECONDS } from '../../disk/signs-of-life.ts';
import type { Clock } from '../clock.ts';
import { type Holder, holderFile, liveHolder } from './holder.ts';
import type { Layout } from './layout.ts';
import { namesIn, storeNames } from './names.ts';

const PUBLISHING = 'publishing-';

/** The owner of a session, and what it needs from outside. */
export interface SessionOptions {
  readonly process: ProcessIdentity;
  readonly clock: Clock;
  /** Ends the processes of a session whose process is gone, on this host. */
  readonly endProcesses?: (session: string) => void;
}

/**
 * The presence of one process in a store: a folder for its drafts, which also tells others which process it is and whether it is alive.
 * When its process is gone, the next process removes it.
 */
export class StoreSession {
  /** The permanent name of the session. */
  readonly token: string;
  /** When it began, in milliseconds since 1970, by the clock of the file system. */
  readonly started: number;
  readonly #layout: Layout;
  readonly #process: ProcessIdentity;
  readonly #clock: Clock;
  readonly #endProcesses: (session: string) => void;
  readonly #opened: number;
  readonly #heart: NodeJS.Timeout;
  #serial = 0;

  constructor(layout: Layout, { process, clock, endProcesses }: SessionOptions) {
    this.#layout = layout;
    this.#process = process;
    this.#clock = clock;
    this.#endProcesses = endProcesses ?? (() => undefined);
    makeFolder(layout.sessions);
    const directory = join(layout.sessions, `${processName(process)}-${randomUUID().slice(0, 6)}`);
    // By the umask, unlike mkdtemp: the other users of a shared store must see whether this process is alive, and remove what it leaves.
    mkdirSync(directory);
    this.token = basename(directory);
    // Rounded down: what this process publishes at once may have the same time, and must not look older.
    this.started = Math.floor(statSync(directory).mtimeMs);
    this.#opened = clock.now();
    const temporary = this.temporary();
    writeFileSync(temporary, this.#sign());
    renameSync(temporary, holderFile(layout, this.token));
    this.#heart = setInterval(() => {
      try {
        this.#beat();
      } catch {
        // A missed beat (a full disk) matters only if many are missed, and then the next write to the store reports the reason.
      }
    }, BEAT_MILLISECONDS);
    this.#heart.unref();
  }

  /** A path in the session's folder that nobody else uses. */
  temporary(prefix = 'file-'): string {
    this.#serial += 1;
    return join(this.#layout.sessions, this.token, `${prefix}${this.#serial}`);
  }

  /** Now, by the clock of the file system as known when the session began: never before `started`. */
  now(): number {
    return this.started + Math.max(0, this.#clock.now() - this.#opened);
  }

  /** False if somebody removed the session's folder, for example with the whole store. */
  get present(): boolean {
    return ifThere(() => statSync(holderFile(this.#layout, this.token))) !== undefined;
  }

  /** The process of a session, if it is still alive. */
  holderOf(token: string): Holder | undefined {
    if (token === this.token) return { process: this.#process, started: this.started };
    return liveHolder(this.#layout, token, this.#process, () => this.#fileSystemNow());
  }

  /** Every session whose process is alive, including this one. */
  live(): readonly { readonly token: string; readonly holder: Holder }[] {
    return readdirSync(this.#layout.sessions)
      .filter((name) => storeNames.session.test(name))
      .flatMap((token) => {
        const holder = this.holderOf(token);
        return holder === undefined ? [] : [{ token, holder }];
      });
  }

  /** Marks the time in which objects are stored but not yet named by a record; returns a function that ends it. */
  markPublishing(): () => void {
    const mark = this.temporary(PUBLISHING);
    writeFileSync(mark, '');
    return () => ifThere(() => unlinkSync(mark));
  }

  /** True while a live session is storing objects. */
  someonePublishes(): boolean {
    return this.live().some(({ token }) =>
      ifThere(() => readdirSync(join(this.#layout.sessions, token)))?.some((name) => name.startsWith(PUBLISHING)),
    );
  }

  /** Removes what dead processes left; what cannot be removed is left for the next process. */
  sweep(): void {
    for (const token of namesIn(this.#layout.sessions, storeNames.session)) {
      if (this.#mayLive(token)) continue;
      this.endProcessesOf(token);
      const aside = this.temporary('swept-');
      try {
        renameSync(join(this.#layout.sessions, token), aside);
      } catch (error) {
        if (!isSystemError(error)) throw error;
      }
      removeOrLeave(aside);
    }
  }

  /** Ends the processes of a session whose process is gone, on this host, so that they write nothing more. */
  endProcessesOf(token: string): void {
    this.#endProcesses(token);
  }

  /**
   * Ends the session. If something in its folder cannot be removed, because a process still writes to it, it is left for the next process.
   */
  close(): void {
    clearInterval(this.#heart);
    removeOrLeave(holderFile(this.#layout, this.token));
    removeOrLeave(join(this.#layout.sessions, this.token));
  }

  /** Looks for the holder's file once: it may appear at any moment in a folder that was just created. */
  #mayLive(token: string): boolean {
    if (ifThere(() => statSync(holderFile(this.#layout, token))) !== undefined)
      return this.holderOf(token) !== undefined;
    const maker = processNamed(storeNames.session.exec(token)?.[1] ?? '', this.#process);
    if (maker !== undefined && aliveness(maker, this.#process) === 'dead') return false;
    const made = ifThere(() => statSync(join(this.#layout.sessions, token)).mtimeMs);
    return made !== undefined && this.#fileSystemNow() - made < SILENCE_MILLISECONDS;
  }

  /** The time that a file written now gets: the clocks of hosts may differ. */
  #fileSystemNow(): number {
    this.#beat();
    return ifThere(() => statSync(holderFile(this.#layout, this.token)))?.mtimeMs ?? 0;
  }

  /** Rewritten with the same bytes, not touched: a touch would use the clock of this host. */
  #beat(): void {
    ifThere(() => writeFileSync(holderFile(this.#layout, this.token), this.#sign(), { flag: 'r+' }));
  }

  #sign(): string {
    const holder: Holder = { process: this.#process, started: this.started };
    return JSON.stringify(holder);
  }
}
