import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere, isSystemError, refusalWords } from '../disk/codes.ts';
import { makeFolder } from '../disk/folders.ts';
import {
  type Clock,
  curvesOutput,
  type OutputRecord,
  type Progress,
  type RunEvent,
  type RunListener,
  readCurves,
  type StageOutline,
} from '../engine/index.ts';
import type { JsonObject } from '../json/json.ts';
import { EnvironmentError } from '../problem/errors.ts';
import { EventFile, pngSize, type Value } from './event-file.ts';

/** The input for a run's event files. */
export interface TensorBoardOptions {
  /** The folder that TensorBoard shows; each run has a subfolder. */
  readonly directory: string;
  /** The request of the run. */
  readonly settings: JsonObject;
  /** The settings of a stage, by the id of its node. */
  settingsOf(id: string): JsonObject;
  /** A folder name for each of these ids, in their order. */
  foldersOf(ids: readonly string[]): readonly string[];
  /** The path of an output, if it is here. */
  pathOf(output: OutputRecord): string | undefined;
  readonly clock: Clock;
  onWarning(message: string): void;
}

/** Larger pictures are left out: TensorBoard keeps what it shows in memory. */
const largestPicture = 10 * 2 ** 20;

/**
 * Writes what TensorBoard shows of a run, as it happens: curves, settings as text, and the PNG files that stages list under `report`. A
 * file that cannot be written costs a warning, never the run.
 * @throws EnvironmentError if the folder cannot be created or written.
 */
export function tensorBoard(options: TensorBoardOptions): RunListener {
  const { directory, onWarning } = options;
  try {
    makeFolder(directory);
    accessSync(directory, constants.W_OK);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const hint = 'choose a writable folder with --tensorboard';
    throw new EnvironmentError(`Cannot write event files to ${directory}: ${refusalWords(error)}.`, { hint });
  }
  let files: RunFiles | undefined;
  let works = true;
  return (event) => {
    if (!works) return;
    try {
      if (event.type === 'run-started') files = new RunFiles(options, event.run, event.stages);
      else files?.hear(event);
    } catch (error) {
      // A kept curve may be damaged.
      if (!isSystemError(error) && !(error instanceof SyntaxError)) throw error;
      works = false;
      onWarning(`No more event files are written for TensorBoard: ${refusalWords(error)}`);
    }
  };
}

/** The event files of one run. */
class RunFiles {
  readonly #stages: ReadonlyMap<string, StageFile>;

  constructor(options: TensorBoardOptions, run: string, outlines: readonly StageOutline[]) {
    const folder = join(options.directory, run);
    const file = newFile(options, folder);
    file.add(options.clock.now() / 1000, [{ step: 0, values: [settingsText(options.settings)] }]);
    file.close();
    const folders = options.foldersOf(outlines.map(({ id }) => id));
    this.#stages = new Map(
      outlines.map((outline, at) => [outline.id, new StageFile(options, join(folder, folders[at]!), outline)]),
    );
  }

  hear(event: RunEvent): void {
    if (event.type === 'run-finished') for (const stage of this.#stages.values()) stage.end();
    if (!('stage' in event)) return;
    const stage = this.#stages.get(event.stage);
    switch (event.type) {
      case 'stage-started':
        stage?.start();
        break;
      case 'stage-progress':
        stage?.progress(event.progress);
        break;
      case 'stage-hit':
        stage?.reuse(event.outputs);
        stage?.end();
        break;
      case 'stage-finished':
        stage?.pictures(event.outputs);
        stage?.end();
        break;
      case 'stage-failed':
        stage?.end();
        break;
    }
  }
}

/** What is written about one stage: one file, whatever its result. */
class StageFile {
  readonly #options: TensorBoardOptions;
  readonly #folder: string;
  readonly #outline: StageOutline;
  #file: EventFile | undefined;
  /** Whether the next step may repeat one that was written before. */
  #goesBack = false;

  constructor(options: TensorBoardOptions, folder: string, outline: StageOutline) {
    this.#options = options;
    this.#folder = folder;
    this.#outline = outline;
  }

  start(): void {
    this.#goesBack = this.#file !== undefined;
    this.#open();
  }

  progress({ step, metrics }: Progress): void {
    if (step === undefined || !metrics) return;
    const values = Object.entries(metrics).map(([tag, number]): Value => ({ kind: 'scalar', tag, number }));
    if (values.length === 0) return;
    const file = this.#open();
    if (this.#goesBack) file.restart(this.#now(), step);
    this.#goesBack = false;
    file.add(this.#now(), [{ step, values }]);
  }

  /** Writes the curves and pictures of an earlier result. */
  reuse(outputs: Readonly<Record<string, OutputRecord>>): void {
    if (this.#file) return;
    const file = this.#open();
    const record = outputs[curvesOutput];
    const bytes = record && this.#read(record);
    const curves = bytes ? readCurves(bytes.toString()) : [];
    for (const [tag, { steps, values }] of curves) {
      const points = steps.map((step, at) => {
        const value: Value = { kind: 'scalar', tag, number: values[at] ?? Number.NaN };
        return { step, values: [value] };
      });
      file.add(this.#now(), points);
    }
    this.pictures(outputs);
  }

  pictures(outputs: Readonly<Record<string, OutputRecord>>): void {
    for (const name of this.#outline.report ?? []) {
      const record = outputs[name];
      if (!record || record.directory || record.bytes > largestPicture) continue;
      const png = this.#read(record);
      if (png && pngSize(png))
        this.#open().add(this.#now(), [{ step: 0, values: [{ kind: 'image', tag: name, png }] }]);
    }
  }

  end(): void {
    this.#file?.close();
  }

  #open(): EventFile {
    if (!this.#file) {
      this.#file = newFile(this.#options, this.#folder);
      const text = settingsText(this.#options.settingsOf(this.#outline.id));
      this.#file.add(this.#now(), [{ step: 0, values: [text] }]);
    }
    return this.#file;
  }

  /** The bytes of an output; undefined if they are elsewhere, or were just removed. */
  #read(output: OutputRecord): Buffer | undefined {
    const path = this.#options.pathOf(output);
    return path === undefined ? undefined : ifThere(() => readFileSync(path));
  }

  #now(): number {
    return this.#options.clock.now() / 1000;
  }
}

function newFile({ clock }: TensorBoardOptions, folder: string): EventFile {
  makeFolder(folder);
  // TensorBoard reads files with `tfevents` in their names, in the order of their names.
  return new EventFile(join(folder, `events.out.tfevents.${Math.floor(clock.now() / 1000)}.pipe`));
}

/** TensorBoard renders text as Markdown, where four spaces keep a line unchanged. */
function settingsText(settings: JsonObject): Value {
  const text = JSON.stringify(settings, undefined, 2).replaceAll(/^/gmu, '    ');
  return { kind: 'text', tag: 'settings', text };
}
