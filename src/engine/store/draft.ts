import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import type { OutputRecord, StageRecord } from '../record.ts';
import type { Draft, Publication } from './contract.ts';
import { sync, writeDurably } from './durable.ts';
import type { Gate } from './gate.ts';
import type { Layout } from './layout.ts';
import type { Lock } from './locks.ts';
import type { Objects } from './objects.ts';
import { type SealedOutput, sealOutput } from './outputs.ts';
import { RECORD_FORMAT, writeRecord } from './record-file.ts';
import type { Session } from './session.ts';

/** What a draft needs of the store it is published to. */
export interface DraftTools {
  readonly layout: Layout;
  readonly session: Session;
  readonly gate: Gate;
  readonly objects: Objects;
  readonly clock: { now(): number };
  readonly onPublished: (record: StageRecord) => void;
  /** Turns the operating system's refusals into sentences about the store. */
  readonly guard: <T>(action: () => Promise<T>) => Promise<T>;
}

type DeclaredOutputs = Parameters<Draft['publish']>[0];

/** A claim on one key, with a folder of its own in the session's. */
export class StoreDraft implements Draft {
  readonly key: string;
  readonly checkpoints: string;
  readonly #directory: string;
  readonly #lock: Lock;
  readonly #tools: DraftTools;

  constructor(key: string, lock: Lock, tools: DraftTools) {
    this.key = key;
    this.#lock = lock;
    this.#tools = tools;
    this.#directory = tools.session.temporary('draft-');
    this.checkpoints = tools.layout.checkpoints(key);
    mkdirSync(this.#directory);
    mkdirSync(this.checkpoints, { recursive: true });
  }

  outputPath(output: string, file: string): string {
    const path = join(this.#directory, output, file);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  publish(outputs: DeclaredOutputs, publication: Publication): Promise<StageRecord> {
    return this.#tools.guard(() => this.#publish(outputs, publication));
  }

  abandon(): Promise<void> {
    return this.#tools.guard(async () => this.#end());
  }

  async #publish(outputs: DeclaredOutputs, publication: Publication): Promise<StageRecord> {
    if (!this.#tools.session.present) {
      throw new EnvironmentError(`The artifact store ${this.#tools.layout.root} was removed while it was in use.`, {
        hint: 'Run the same command again: the store is made anew, and what was lost is computed again.',
      });
    }
    const sealed = await this.#seal(outputs);
    const record: StageRecord = {
      format: RECORD_FORMAT,
      key: this.key,
      material: publication.material,
      outputs: Object.fromEntries(
        Object.entries(sealed).map(([name, { output }]): [string, OutputRecord] => [name, output]),
      ),
      metrics: publication.metrics,
      provenance: publication.provenance,
      seconds: publication.seconds,
      finished: new Date(this.#tools.clock.now()).toISOString(),
    };
    await this.#tools.gate.share(() => this.#place(Object.values(sealed), record));
    this.#tools.onPublished(record);
    rmSync(this.checkpoints, { recursive: true, force: true });
    this.#end();
    return record;
  }

  #end(): void {
    rmSync(this.#directory, { recursive: true, force: true });
    this.#lock.release();
  }

  async #seal(outputs: DeclaredOutputs): Promise<Readonly<Record<string, SealedOutput>>> {
    const sealed: Record<string, SealedOutput> = {};
    for (const [name, { file, directory }] of Object.entries(outputs)) {
      const manifestPath = this.#tools.session.temporary('manifest-');
      sealed[name] = await sealOutput(name, this.outputPath(name, file), directory, manifestPath);
    }
    return sealed;
  }

  /** Objects first, the record last: whoever sees the record finds all it names. */
  async #place(sealed: readonly SealedOutput[], record: StageRecord): Promise<void> {
    const { layout, objects, session } = this.#tools;
    const folders = new Set<string>();
    for (const { path, digest } of sealed.flatMap((output) => output.files)) {
      objects.place(path, digest);
      folders.add(dirname(objects.path(digest)));
    }
    const temporary = session.temporary();
    const path = layout.record(record.key);
    mkdirSync(dirname(path), { recursive: true });
    await Promise.all([writeDurably(temporary, writeRecord(record)), ...[...folders].map(sync)]);
    renameSync(temporary, path);
    await sync(dirname(path));
  }
}
