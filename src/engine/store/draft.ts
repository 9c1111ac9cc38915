import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError } from '../../disk/codes.ts';
import { renameInto, sync, writeDurably } from '../../disk/durable.ts';
import { makeFolder, removeOrLeave, removeTree } from '../../disk/folders.ts';
import type { StageRecord } from '../record.ts';
import type { Draft, Publication } from './contract.ts';
import { DraftFolder, recordOfSealed } from './draft-folder.ts';
import { removedInUse } from './failure.ts';
import type { LateSync } from './late-sync.ts';
import type { Layout } from './layout.ts';
import type { Lock } from './locks.ts';
import { namesIn, storeNames } from './names.ts';
import type { ObjectFiles } from './objects.ts';
import type { SealedOutput } from './outputs.ts';
import { writeRecord } from './record-file.ts';
import type { StoreSession } from './session.ts';
import type { UpkeepLock } from './upkeep-lock.ts';

/** What a draft needs from the store that it is published to. */
export interface DraftTools {
  readonly layout: Layout;
  readonly session: StoreSession;
  readonly upkeep: UpkeepLock;
  readonly objects: ObjectFiles;
  readonly names: LateSync;
  readonly clock: { now(): number };
  readonly onPublished: (record: StageRecord) => void;
  /** Turns errors of the operating system into messages about the store. */
  readonly guard: <T>(action: () => Promise<T>) => Promise<T>;
}

/** This many folders of failed commands are kept. */
const KEPT_FAILURES = 3;

type DeclaredOutputs = Parameters<Draft['publish']>[0];

/** A claim on one key, with its own folder in the session's folder. */
export class StoreDraft implements Draft {
  readonly key: string;
  readonly #folder: DraftFolder;
  readonly #lock: Lock;
  readonly #tools: DraftTools;

  constructor(key: string, lock: Lock, tools: DraftTools) {
    this.key = key;
    this.#lock = lock;
    this.#tools = tools;
    this.#folder = new DraftFolder(tools.session);
  }

  get checkpoints(): string {
    const folder = this.#tools.layout.checkpoints(this.key);
    makeFolder(folder);
    return folder;
  }

  get scratch(): string {
    return this.#folder.inner('.scratch');
  }

  keepScratch(): string | undefined {
    const { layout, clock, session } = this.#tools;
    // A deleted store must not come back as half a store.
    if (!session.present) return undefined;
    const path = join(layout.failedRoot, `${Math.floor(clock.now())}-${this.key.slice(0, 12)}`);
    try {
      makeFolder(layout.failedRoot);
      renameSync(this.scratch, path);
      const older = [...namesIn(layout.failedRoot, storeNames.failed)].sort().slice(0, -KEPT_FAILURES);
      for (const name of older) removeTree(join(layout.failedRoot, name));
      return path;
    } catch (error) {
      // On a full disk none is kept: the error of the stage is more important.
      if (isSystemError(error)) return undefined;
      throw error;
    }
  }

  get mark(): string {
    return this.#folder.mark(this.key);
  }

  outputPath(output: string, file: string): string {
    return this.#folder.outputPath(output, file);
  }

  inputPath(input: string, file: string): string {
    return this.#folder.inputPath(input, file);
  }

  publish(outputs: DeclaredOutputs, publication: Publication): Promise<StageRecord> {
    return this.#tools.guard(() => this.#publish(outputs, publication));
  }

  abandon(): Promise<void> {
    return this.#tools.guard(async () => this.#end());
  }

  async #publish(outputs: DeclaredOutputs, publication: Publication): Promise<StageRecord> {
    if (!this.#tools.session.present) throw removedInUse(this.#tools.layout.root);
    const sealed = await this.#folder.seal(outputs, {
      isStored: (digest) => this.#tools.objects.isWhole(digest),
      isMoved: publication.writersGone,
    });
    const record = recordOfSealed(this.key, sealed, publication, this.#tools.clock.now());
    await this.#tools.upkeep.share(() => this.#place(Object.values(sealed), record));
    this.#tools.onPublished(record);
    this.#settleCheckpoints(publication.keepEnd === true);
    this.#end();
    return record;
  }

  #settleCheckpoints(keepEnd: boolean): void {
    const { layout } = this.#tools;
    if (keepEnd) {
      makeFolder(layout.endRoot);
      removeTree(layout.end(this.key));
      renameSync(this.checkpoints, layout.end(this.key));
    } else {
      // What cannot be removed now is removed by a collection.
      removeOrLeave(layout.checkpoints(this.key));
    }
  }

  #end(): void {
    this.#folder.remove();
    this.#lock.release();
  }

  /** Objects first, the record last: readers that see the record find everything it names. */
  async #place(sealed: readonly SealedOutput[], record: StageRecord): Promise<void> {
    const { layout, objects, session } = this.#tools;
    const folders = new Set<string>();
    for (const { path, digest, isDurable } of sealed.flatMap((output) => output.files)) {
      if (objects.isWhole(digest)) continue;
      // The store had it when the output was sealed, and lost it since.
      if (!isDurable) await sync(path);
      objects.place(path, digest);
      folders.add(dirname(objects.path(digest)));
    }
    const temporary = session.temporary();
    const path = layout.record(record.key);
    await Promise.all([writeDurably(temporary, writeRecord(record)), ...[...folders].map(sync)]);
    renameInto(temporary, path);
    // Until its name is on disk, a power failure may remove the whole record: its stage is then computed again.
    this.#tools.names.add(dirname(path));
  }
}
