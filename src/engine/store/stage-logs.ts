import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere, isSystemError } from '../../disk/codes.ts';
import { makeFolder } from '../../disk/folders.ts';
import type { Layout } from './layout.ts';

/** A log is kept in pieces of this many bytes: the first one, and the last two. */
const PIECE_BYTES = 256 * 1024;

/** This many logs of one key are kept: of its latest attempts. */
const KEPT_LOGS = 5;

const FILE_NAME = /^(?<run>[0-9]{8}-[0-9]{6}(?:-[0-9]+)?)\.(?<attempt>[0-9]+)\.(?<piece>[0-9]+|end)$/u;

/** Identifies a log of a key. */
export interface LogName {
  /** The run in which its stage was executed. */
  readonly run: string;
  readonly attempt: number;
}

/** The part of a log from a position on. */
export interface LogPart {
  /** How many bytes before it were left out, because the log is longer than what is kept of it. */
  readonly leftOut: number;
  readonly bytes: Buffer;
  /** Where the next part begins. */
  readonly position: number;
  /** Whether its stage has ended, so that nothing will be added. */
  readonly isEnded: boolean;
}

/** The output of stages, by the key of their computation: kept next to its record, and collected with it. */
export class StageLogs {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Begins a log; nothing is written before the first output. */
  begin(key: string, name: LogName): StageLog {
    return new StageLog(this.#layout.log(key), name, () => {
      // A deleted store must not come back as half a store.
      statSync(this.#layout.root);
      makeFolder(this.#layout.log(key));
      this.#prune(key);
    });
  }

  /** The logs of a key, the latest first. */
  list(key: string): readonly LogName[] {
    const names = new Map<string, LogName>();
    for (const { run, attempt } of piecesIn(this.#layout.log(key))) names.set(`${run}.${attempt}`, { run, attempt });
    return [...names.values()].sort((a, b) => (a.run === b.run ? b.attempt - a.attempt : a.run < b.run ? 1 : -1));
  }

  /** Continues to read a log: the rest of the first piece that exists from a position on. */
  read(key: string, name: LogName, position = 0): LogPart {
    const folder = this.#layout.log(key);
    // Checked first: nothing is added after it exists.
    const isClosed = ifThere(() => statSync(fileOf(folder, name, 'end'))) !== undefined;
    const pieces = piecesIn(folder)
      .filter(({ run, attempt }) => run === name.run && attempt === name.attempt)
      .sort((a, b) => a.piece - b.piece);
    for (const { piece, file } of pieces) {
      const from = piece * PIECE_BYTES;
      const bytes = from + PIECE_BYTES > position ? ifThere(() => readFileSync(file)) : undefined;
      if (bytes === undefined || from + bytes.length <= position) continue;
      const begin = Math.max(from, position);
      const part = { leftOut: begin - position, bytes: bytes.subarray(begin - from), position: from + bytes.length };
      return { ...part, isEnded: false };
    }
    return { leftOut: 0, bytes: Buffer.alloc(0), position, isEnded: isClosed };
  }

  #prune(key: string): void {
    // One more is about to begin.
    for (const name of this.list(key).slice(KEPT_LOGS - 1)) {
      for (const { run, attempt, file } of piecesIn(this.#layout.log(key))) {
        if (run === name.run && attempt === name.attempt) rmSync(file, { force: true });
      }
      rmSync(fileOf(this.#layout.log(key), name, 'end'), { force: true });
    }
  }
}

/** A log that is being written. If the disk refuses it, the log is lost, but the stage continues. */
export class StageLog {
  readonly #folder: string;
  readonly #name: LogName;
  readonly #onBegun: () => void;
  #descriptor: number | undefined;
  #written = 0;
  #isBroken = false;

  constructor(folder: string, name: LogName, onBegun: () => void) {
    this.#folder = folder;
    this.#name = name;
    this.#onBegun = onBegun;
  }

  write(text: string): void {
    let bytes = Buffer.from(text);
    this.#attempt(() => {
      while (bytes.length > 0) {
        const room = PIECE_BYTES - (this.#written % PIECE_BYTES);
        this.#descriptor ??= this.#open();
        const count = writeSync(this.#descriptor, bytes.subarray(0, room));
        bytes = bytes.subarray(count);
        this.#written += count;
        if (count === room) this.#close();
      }
    });
  }

  end(): void {
    this.#attempt(() => {
      this.#close();
      if (this.#written > 0) writeFileSync(fileOf(this.#folder, this.#name, 'end'), '');
    });
  }

  #open(): number {
    const piece = this.#written / PIECE_BYTES;
    if (piece === 0) {
      this.#onBegun();
    }
    if (piece > 2) rmSync(fileOf(this.#folder, this.#name, piece - 2), { force: true });
    return openSync(fileOf(this.#folder, this.#name, piece), 'a');
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #attempt(action: () => void): void {
    if (this.#isBroken) return;
    try {
      action();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#isBroken = true;
    }
  }
}

interface Piece extends LogName {
  readonly piece: number;
  readonly file: string;
}

function piecesIn(folder: string): readonly Piece[] {
  return (ifThere(() => readdirSync(folder)) ?? []).flatMap((file) => {
    const { run, attempt, piece } = FILE_NAME.exec(file)?.groups ?? {};
    if (run === undefined || attempt === undefined || piece === undefined || piece === 'end') return [];
    return [{ run, attempt: Number(attempt), piece: Number(piece), file: join(folder, file) }];
  });
}

function fileOf(folder: string, { run, attempt }: LogName, piece: number | 'end'): string {
  return join(folder, `${run}.${attempt}.${piece}`);
}
