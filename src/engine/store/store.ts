import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { ifThere } from '../../disk/codes.ts';
import { DigestCache, type DigestCacheOptions } from '../../disk/digest-cache.ts';
import { renameInto, writeDurably, writeHashed } from '../../disk/durable.ts';
import type { ProcessIdentity } from '../../disk/process-identity.ts';
import { readText } from '../../disk/regular-file.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { Clock } from '../clock.ts';
import { FileDigests } from '../file-digests.ts';
import { newestFirst, type OutputRecord, type StageRecord } from '../record.ts';
import { KeyClaims } from './claims.ts';
import { type Collection, type CollectionRequest, collectGarbage } from './collect.ts';
import type { Draft, FindOptions, Lookup, Store } from './contract.ts';
import { fitsInto } from './disk-use.ts';
import { StoreDraft } from './draft.ts';
import { ArtifactLostError, explainFailure, ForeignBytesError } from './failure.ts';
import { InputLinks } from './input-links.ts';
import { LastUse } from './last-use.ts';
import { LateSync } from './late-sync.ts';
import { Layout } from './layout.ts';
import { recognise } from './marker.ts';
import { ObjectFiles, type SeenDamage } from './objects.ts';
import { enter, type Presence } from './presence.ts';
import { recordIn } from './record-file.ts';
import { listRecords, recordOf, type StoredRecord } from './record-list.ts';
import { RerunDraft } from './rerun-draft.ts';
import { withReserve } from './reserve.ts';
import { Runs } from './runs.ts';
import type { StoreSession } from './session.ts';
import { StageLogs } from './stage-logs.ts';
import { type Verification, type VerificationRequest, verify } from './verify.ts';
import { checkWritable } from './writable.ts';

/** How a store is opened. */
export interface StoreOptions {
  /** Created at the first write. */
  readonly directory: string;
  readonly clock: Clock;
  readonly process: ProcessIdentity;
  /** Nothing is written, not even by `find`; the directory may be missing or unwritable. */
  readonly readonly?: boolean;
  /** Reads every file whose digest is needed, regardless of its times. */
  readonly readsAll?: boolean;
  /** Ends the processes that a dead session of this host left; called before anything of it is taken over. */
  readonly endProcesses?: (session: string) => void;
  /** Called with every record that this process computed, once it is in the store. */
  readonly onPublished?: (record: StageRecord) => void;
  /** Called with a sentence for everything that is damaged and ignored. */
  readonly onWarning?: (message: string) => void;
}

/** A store on a local disk, with its maintenance. */
export class LocalStore implements Store {
  readonly directory: string;
  readonly runs: Runs;
  readonly logs: StageLogs;
  readonly #options: StoreOptions;
  readonly #layout: Layout;
  readonly #digestOptions: DigestCacheOptions;
  readonly #states: DigestCache;
  readonly #objects: ObjectFiles;
  readonly #names = new LateSync();
  readonly #lastUse: LastUse;
  /** Whether a collection removed a record that was found before this process entered the store. */
  #lostFound = false;
  /** Damaged objects found before this process entered the store. */
  readonly #unmoved: SeenDamage[] = [];
  #presence: Promise<Presence> | undefined;
  #records: Map<string, StageRecord> | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.directory = resolve(options.directory);
    this.#layout = new Layout(this.directory);
    this.#digestOptions = { now: () => options.clock.now(), readsAll: options.readsAll ?? false };
    this.#states = new DigestCache(this.#layout.states, this.#digestOptions);
    this.#objects = new ObjectFiles(this.#layout, this.#states);
    this.#lastUse = new LastUse(this.#layout);
    this.logs = new StageLogs(this.#layout);
    this.runs = new Runs(this.#layout, options.clock, options.process, async () => (await this.#enter()).session);
  }

  find(key: string, options: FindOptions = {}): Promise<Lookup> {
    return this.#guard(async () => {
      const parsed = recordOf(this.#layout, key);
      if (parsed === undefined) return { state: 'miss' };
      if ('refusal' in parsed) {
        this.#warn(`The record ${this.#layout.record(key)} is ignored, because ${parsed.refusal}.`);
        return { state: 'miss' };
      }
      const { record } = parsed;
      for (const [output, described] of Object.entries(record.outputs)) {
        const finding = await this.#objects.inspect(described, { verify: options.verify ?? false });
        if (finding === undefined) continue;
        if (finding.damage === 'damaged') await this.#reportDamage(finding);
        return { state: 'broken', record, output, damage: finding.damage };
      }
      if (this.#presence === undefined) this.#lastUse.addEarly(key);
      else this.#lastUse.note(key, (await this.#presence).session.now());
      return { state: 'hit', record };
    });
  }

  hold(): Promise<boolean> {
    return this.#guard(async () => {
      await this.#enter();
      return !this.#lostFound;
    });
  }

  recordsOf(uses: string): Promise<readonly StageRecord[]> {
    return this.#guard(async () =>
      newestFirst([...this.#allRecords().values()].filter(({ material }) => material['uses'] === uses)),
    );
  }

  begin(
    key: string,
    options: { readonly onWait: (holder: string) => void; readonly signal: AbortSignal; readonly force?: boolean },
  ): Promise<{ readonly draft: Draft } | { readonly record: StageRecord }> {
    return this.#guard(async () => {
      const { session, locks, upkeep } = await this.#enter();
      const claims = new KeyClaims(this.#layout, locks, async (wanted) => {
        const lookup = await this.find(wanted, { verify: true });
        return lookup.state === 'hit' ? lookup.record : undefined;
      });
      const claim = await claims.claim(key, options);
      if ('record' in claim) return claim;
      const draft = new StoreDraft(key, claim.lock, {
        layout: this.#layout,
        session,
        upkeep,
        objects: this.#objects,
        names: this.#names,
        clock: this.#options.clock,
        onPublished: (record) => {
          this.#records?.set(key, record);
          this.#options.onPublished?.(record);
        },
        guard: (action) => this.#guard(action),
      });
      return { draft };
    });
  }

  ending(key: string): Promise<string | undefined> {
    return this.#guard(async () => ifThere(() => statSync(this.#layout.end(key))) && this.#layout.end(key));
  }

  rerunDraft(key: string): Promise<Draft> {
    return this.#guard(async () => {
      const { session } = await this.#enter();
      return new RerunDraft(key, { session, clock: this.#options.clock, guard: (action) => this.#guard(action) });
    });
  }

  open(output: OutputRecord, file: string): Promise<string> {
    return this.#guard(async () => {
      await this.#requireWhole(output, file);
      if (this.#options.readonly && !output.directory) return this.#objects.path(output.digest);
      const { session } = await this.#enter();
      return this.#links(() => session.temporary()).open(output, file);
    });
  }

  async copy(output: OutputRecord, destination: string): Promise<void> {
    await this.#guard(() => this.#copy(output, destination, 0o444));
  }

  objectsOf(output: OutputRecord): readonly string[] {
    return this.#objects.namedBy(output);
  }

  hasObject(digest: string): boolean {
    return this.#objects.size(digest) !== undefined;
  }

  adoptObject(digest: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#guard(async () => {
      const { session, upkeep } = await this.#enter();
      const temporary = session.temporary();
      const actual = await writeHashed(temporary, content);
      if (actual !== digest) {
        rmSync(temporary, { force: true });
        throw new ForeignBytesError(digest, actual);
      }
      await upkeep.share(async () => {
        this.#objects.place(temporary, digest);
        // A power failure may take its name away: then it is brought again.
        this.#names.add(dirname(this.#objects.path(digest)));
      });
    });
  }

  adoptRecord(key: string, text: string, envelope?: Uint8Array): Promise<StageRecord> {
    return this.#guard(async () => {
      const parsed = recordIn(text, key);
      if ('refusal' in parsed) {
        throw new EnvironmentError(
          `What was received as the record of ${key.slice(0, 12)} is not valid: ${parsed.refusal}.`,
        );
      }
      const { session, upkeep } = await this.#enter();
      const temporary = session.temporary();
      await writeDurably(temporary, text);
      return upkeep.share(async () => {
        const present = recordOf(this.#layout, key);
        if (present !== undefined && 'record' in present) return present.record;
        // Before the record: otherwise one that others computed could be signed as ours.
        if (envelope) this.#placeEnvelope(key, envelope, session);
        renameInto(temporary, this.#layout.record(key));
        this.#names.add(dirname(this.#layout.record(key)));
        this.#records?.set(key, parsed.record);
        return parsed.record;
      });
    });
  }

  /** The signed envelope in which a record arrived or was sent; undefined if there is none. */
  async envelope(key: string): Promise<Buffer | undefined> {
    return this.#guard(async () => ifThere(() => readFileSync(this.#layout.envelope(key))));
  }

  /** Stores the envelope in which a record is sent, next to the record. */
  keepEnvelope(key: string, envelope: Uint8Array): Promise<void> {
    return this.#guard(async () => this.#placeEnvelope(key, envelope, (await this.#enter()).session));
  }

  async recordText(key: string): Promise<string | undefined> {
    return readText(this.#layout.record(key));
  }

  /** Digests of files outside the store, cached in the store. */
  fileDigests(): FileDigests {
    return new FileDigests(this.#layout.fileDigests, this.#digestOptions);
  }

  /** The path of an object in this store, if it is here. */
  objectPath(digest: string): string {
    return this.#objects.path(digest);
  }

  /** The path of an output's content in this store, for a directory its manifest; undefined if some of it is missing. */
  pathOf(output: OutputRecord): string | undefined {
    const isHere = this.objectsOf(output).every((digest) => this.hasObject(digest));
    return isHere ? this.#objects.path(output.digest) : undefined;
  }

  /** Copies an output to a path of the user, who may write to it; missing folders are created. */
  export(output: OutputRecord, destination: string): Promise<void> {
    const target = resolve(destination);
    return this.#guard(async () => {
      try {
        await this.#copy(output, target, 0o644);
      } catch (error) {
        throw explainFailure(error, dirname(target), 'directory');
      }
    });
  }

  /** Every readable record, with the time of its last use. */
  records(): Promise<readonly StoredRecord[]> {
    return this.#guard(async () => listRecords(this.#layout).records);
  }

  /** Removes records that nobody needs, and the objects that only they named; or, with `dryRun`, reports what it would remove. */
  collect(request: CollectionRequest): Promise<Collection> {
    return this.#guard(() =>
      withReserve(this.#layout, async () => {
        const presence = await this.#enter();
        this.#records = undefined;
        return collectGarbage(request, {
          layout: this.#layout,
          objects: this.#objects,
          states: this.#states,
          fileDigests: new DigestCache(this.#layout.fileDigests, this.#digestOptions),
          presence,
          now: this.#options.clock.now(),
        });
      }),
    );
  }

  /**
   * Like `collect`, if the store may have more than `maxSize` bytes, or remembers so many digests that reading them takes long. Otherwise
   * nothing, without reading records or keeping other processes waiting.
   */
  async limit(request: CollectionRequest & { readonly maxSize: number }): Promise<Collection | undefined> {
    return (await this.#guard(async () => fitsInto(request.maxSize, this.#layout))) ? undefined : this.collect(request);
  }

  /** Reads every record and every object and lists what is damaged; with `repair`, removes it. */
  verifyAll(request: VerificationRequest = {}): Promise<Verification> {
    return this.#guard(async () =>
      verify(request, this.#layout, this.#objects, request.repair ? await this.#enter() : undefined),
    );
  }

  /** Ends the presence of this process: its unfinished drafts are removed, its claims end. */
  close(): Promise<void> {
    return this.#guard(async () => {
      const presence = await this.#presence;
      this.#presence = undefined;
      try {
        presence?.leave();
      } finally {
        await this.#names.finish();
      }
    });
  }

  async #enter(): Promise<Presence> {
    if (this.#options.readonly) {
      throw new EnvironmentError(`The artifact store ${this.directory} was opened read-only.`);
    }
    this.#presence ??= this.#enterAndHold();
    try {
      return await this.#presence;
    } catch (error) {
      this.#presence = undefined;
      throw error;
    }
  }

  async #enterAndHold(): Promise<Presence> {
    const presence = await enter(this.#layout, this.#options);
    try {
      await presence.upkeep.share(async () => {
        if (!this.#lastUse.noteEarly(presence.session.now())) this.#lostFound = true;
      });
      this.#states.keep();
      for (const finding of this.#unmoved.splice(0)) await this.#setAside(finding, presence);
      return presence;
    } catch (error) {
      presence.leave();
      throw error;
    }
  }

  async #copy(output: OutputRecord, target: string, mode: number): Promise<void> {
    await this.#requireWhole(output, basename(target));
    this.#links(() => target).copy(output, target, mode);
  }

  #links(temporary: () => string): InputLinks {
    return new InputLinks(this.#layout, this.#objects, this.#states, temporary);
  }

  async #requireWhole(output: OutputRecord, name: string): Promise<void> {
    const finding = await this.#objects.inspect(output, { verify: true });
    if (finding !== undefined) throw new ArtifactLostError(name, output, finding.damage, this.directory);
  }

  #allRecords(): Map<string, StageRecord> {
    this.#records ??= new Map(listRecords(this.#layout).records.map(({ record }) => [record.key, record]));
    return this.#records;
  }

  /** Moves a damaged object aside; if this process has not entered the store yet, when it does. */
  async #reportDamage(finding: SeenDamage): Promise<void> {
    if (this.#presence !== undefined) await this.#setAside(finding, await this.#presence);
    else if (this.#options.readonly) this.#warn(`${damageSentence(finding)}.`);
    else this.#unmoved.push(finding);
  }

  async #setAside(finding: SeenDamage, { upkeep }: Presence): Promise<void> {
    this.#warn(`${damageSentence(finding)}; it was moved to ${this.#layout.damaged}.`);
    await upkeep.exclude(async () => this.#objects.setAside(finding));
  }

  #placeEnvelope(key: string, envelope: Uint8Array, session: StoreSession): void {
    const temporary = session.temporary();
    writeFileSync(temporary, envelope);
    renameInto(temporary, this.#layout.envelope(key));
  }

  #warn(message: string): void {
    this.#options.onWarning?.(message);
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw explainFailure(error, this.directory);
    }
  }
}

function damageSentence({ digest }: SeenDamage): string {
  return `The artifact ${digest.slice(0, 12)} was altered after it was stored`;
}

/** Opens a store; refuses a folder that is not a store, and one that is not writable, unless it is only read. */
export async function openStore(options: StoreOptions): Promise<LocalStore> {
  if (!options.readonly) checkWritable(options.directory);
  recognise(new Layout(resolve(options.directory)));
  return new LocalStore(options);
}
