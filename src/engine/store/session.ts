import { mkdtempSync, readdirSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
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

/** Whose a session is, and what it needs of the outside. */
export interface SessionOptions {
  readonly process: ProcessIdentity;
  readonly clock: Clock;
  /** Ends what a session whose process is gone has left running on this host. */
  readonly endProcesses?: (session: string) => void;
}

/**
 * One process's presence in a store: a folder for its drafts which also tells others who it is and whether it lives.
 * It outlives nothing: whoever finds it after its process is gone sweeps it away.
 */
export class StoreSession {
  /** Names the session, once and for ever. */
  readonly token: string;
  /** When it began, in milliseconds since 1970, by the file system's clock. */
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
    const directory = mkdtempSync(join(layout.sessions, `${processName(process)}-`));
    this.token = basename(directory);
    this.started = Math.ceil(statSync(directory).mtimeMs);
    this.#opened = clock.now();
    const temporary = this.temporary();
    writeFileSync(temporary, this.#sign());
    renameSync(temporary, holderFile(layout, this.token));
    this.#heart = setInterval(() => {
      try {
        this.#beat();
      } catch {
        // A beat that is missed (a full disk) matters only when many are, and then the next write to the store says why.
      }
    }, BEAT_MILLISECONDS);
    this.#heart.unref();
  }

  /** A path in the session's folder that nobody else has. */
  temporary(prefix = 'file-'): string {
    this.#serial += 1;
    return join(this.#layout.sessions, this.token, `${prefix}${this.#serial}`);
  }

  /** Now, by the file system's clock as far as it was known when the session began: never before `started`. */
  now(): number {
    return this.started + Math.max(0, this.#clock.now() - this.#opened);
  }

  /** False if somebody removed the session's folder, as when the whole store is deleted. */
  get present(): boolean {
    return ifThere(() => statSync(holderFile(this.#layout, this.token))) !== undefined;
  }

  /** Who is behind a session, where they are still at work. */
  holderOf(token: string): Holder | undefined {
    if (token === this.token) return { process: this.#process, started: this.started };
    return liveHolder(this.#layout, token, this.#process, () => this.#fileSystemNow());
  }

  /** Every session whose process is at work, this one included. */
  live(): readonly { readonly token: string; readonly holder: Holder }[] {
    return readdirSync(this.#layout.sessions)
      .filter((name) => storeNames.session.test(name))
      .flatMap((token) => {
        const holder = this.holderOf(token);
        return holder === undefined ? [] : [{ token, holder }];
      });
  }

  /** Marks the time in which objects are placed but not yet named by a record; returns how to unmark. */
  markPublishing(): () => void {
    const mark = this.temporary(PUBLISHING);
    writeFileSync(mark, '');
    return () => ifThere(() => unlinkSync(mark));
  }

  /** True while a live session is placing objects. */
  someonePublishes(): boolean {
    return this.live().some(({ token }) =>
      ifThere(() => readdirSync(join(this.#layout.sessions, token)))?.some((name) => name.startsWith(PUBLISHING)),
    );
  }

  /** Removes what dead processes left; what cannot be removed stays for the next, and stops nobody. */
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

  /** Ends what a session whose process is gone has left running on this host, so that it writes nothing more. */
  endProcessesOf(token: string): void {
    this.#endProcesses(token);
  }

  /** Ends the session. What of its folder cannot be removed, because something still writes into it, is left for who sweeps next. */
  close(): void {
    clearInterval(this.#heart);
    removeOrLeave(holderFile(this.#layout, this.token));
    removeOrLeave(join(this.#layout.sessions, this.token));
  }

  /** Looks for the holder's file once: it may appear at any moment in a folder that mkdtemp made a moment ago. */
  #mayLive(token: string): boolean {
    if (ifThere(() => statSync(holderFile(this.#layout, token))) !== undefined)
      return this.holderOf(token) !== undefined;
    const maker = processNamed(storeNames.session.exec(token)?.[1] ?? '', this.#process);
    if (maker !== undefined && aliveness(maker, this.#process) === 'dead') return false;
    const made = ifThere(() => statSync(join(this.#layout.sessions, token)).mtimeMs);
    return made !== undefined && this.#fileSystemNow() - made < SILENCE_MILLISECONDS;
  }

  /** The time a file gets that is written now, so that hosts' clocks may differ. */
  #fileSystemNow(): number {
    this.#beat();
    return ifThere(() => statSync(holderFile(this.#layout, this.token)))?.mtimeMs ?? 0;
  }

  /** Rewritten with the same bytes, not touched: a touch would carry this host's clock. */
  #beat(): void {
    ifThere(() => writeFileSync(holderFile(this.#layout, this.token), this.#sign(), { flag: 'r+' }));
  }

  #sign(): string {
    const holder: Holder = { process: this.#process, started: this.started };
    return JSON.stringify(holder);
  }
}
