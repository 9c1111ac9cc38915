import type { OutputRecord, StageRecord } from '../engine/index.ts';
import {
  ArtifactLostError,
  type Claims,
  type Draft,
  type Elsewhere,
  type FindOptions,
  type LocalStore,
  type Lookup,
  type Store,
} from '../engine/store/index.ts';
import type { FoundRecord, RemoteChain } from './remote-chain.ts';
import type { Uploads } from './uploads.ts';

/** What stands behind a local store, opened when something is asked of it: a run that finds everything here needs none of it. */
export interface Remotes {
  chain(): Promise<RemoteChain>;
  /** Takes what is published here; undefined if nothing is to be sent. */
  uploads(): Promise<Uploads | undefined>;
  /**
   * Whether a record of the local store counts that this command did not compute. Absent if all do: whoever asks for proof does not
   * accept records that anybody could have put there.
   */
  readonly believes?: (record: StageRecord) => Promise<boolean>;
}

/**
 * A local store with remotes behind it. Records are looked up remotely if they are not here; objects are downloaded only when something
 * reads them. What is published here is sent in the background. Claims are local: two machines may compute the same key, and the first
 * record stays.
 */
export class TieredStore implements Store {
  readonly directory: string;
  readonly #local: LocalStore;
  readonly #remotes: Remotes;
  /** Keys that this command computed. */
  readonly #computed = new Set<string>();
  /** Keys whose local records do not count. */
  readonly #doubted = new Set<string>();

  constructor(local: LocalStore, remotes: Remotes) {
    this.directory = local.directory;
    this.#local = local;
    this.#remotes = remotes;
  }

  async find(key: string, options: FindOptions = {}): Promise<Lookup> {
    const here = await this.#here(key, options);
    if (here.state === 'hit') return here;
    const chain = await this.#remotes.chain();
    const found = here.state === 'broken' ? undefined : await chain.record(key);
    const record = here.state === 'broken' ? here.record : found?.record;
    if (!record) return here;
    const hit: Lookup = { state: 'hit', record, ...(found && { from: elsewhere(found) }) };
    if (!options.verify) return here.state === 'broken' ? here : hit;
    if (options.reading) {
      if (!(await chain.bring(record))) return broken(here, record);
      const brought = await this.#here(key, options);
      // A local record that does not count stays where it is.
      return brought.state === 'miss' ? hit : brought;
    }
    return (await chain.has(Object.values(record.outputs))) && !isDamaged(here) ? hit : broken(here, record);
  }

  recordsOf(uses: string): Promise<readonly StageRecord[]> {
    return this.#local.recordsOf(uses);
  }

  adoptRecord(key: string, text: string): Promise<StageRecord> {
    return this.#local.adoptRecord(key, text);
  }

  recordText(key: string): Promise<string | undefined> {
    return this.#local.recordText(key);
  }

  objectsOf(output: OutputRecord): readonly string[] {
    return this.#local.objectsOf(output);
  }

  hasObject(digest: string): boolean {
    return this.#local.hasObject(digest);
  }

  adoptObject(digest: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#local.adoptObject(digest, content);
  }

  open(output: OutputRecord, file: string): Promise<string> {
    return this.#withContent(output, () => this.#local.open(output, file));
  }

  copy(output: OutputRecord, destination: string): Promise<void> {
    return this.#withContent(output, () => this.#local.copy(output, destination));
  }

  async begin(key: string, options: Parameters<Claims['begin']>[1]): ReturnType<Claims['begin']> {
    const begun = await this.#local.begin(key, this.#doubted.has(key) ? { ...options, force: true } : options);
    if ('record' in begun) return begun;
    const uploads = await this.#remotes.uploads();
    const onPublished = (record: StageRecord) => {
      this.#computed.add(key);
      uploads?.add(record);
    };
    return { draft: toldWhenPublished(begun.draft, onPublished) };
  }

  hold(): Promise<boolean> {
    return this.#local.hold();
  }

  ending(key: string): Promise<string | undefined> {
    return this.#local.ending(key);
  }

  rerunDraft(key: string): Promise<Draft> {
    return this.#local.rerunDraft(key);
  }

  /** What the local store has, if it counts. */
  async #here(key: string, options: FindOptions): Promise<Lookup> {
    const here = await this.#local.find(key, options);
    if (here.state === 'miss' || this.#computed.has(key)) return here;
    if (this.#remotes.believes === undefined || (await this.#remotes.believes(here.record))) return here;
    this.#doubted.add(key);
    return { state: 'miss' };
  }

  async #withContent<T>(output: OutputRecord, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ArtifactLostError)) throw error;
      if (!(await (await this.#remotes.chain()).bringOutput(output))) throw error;
      return read();
    }
  }
}

function elsewhere({ address, signer }: FoundRecord): Elsewhere {
  return { address, signer: signer?.name };
}

/** A record whose objects are not all available at any place. */
function broken(here: Lookup, record: StageRecord): Lookup {
  if (here.state === 'broken') return here;
  const [output = ''] = Object.keys(record.outputs);
  return { state: 'broken', record, output, damage: 'missing' };
}

function isDamaged(here: Lookup): boolean {
  return here.state === 'broken' && here.damage === 'damaged';
}

/** A draft that passes its record on once it is published. */
function toldWhenPublished(draft: Draft, onPublished: (record: StageRecord) => void): Draft {
  return {
    key: draft.key,
    mark: draft.mark,
    outputPath: (output, file) => draft.outputPath(output, file),
    inputPath: (input, file) => draft.inputPath(input, file),
    get checkpoints() {
      return draft.checkpoints;
    },
    get scratch() {
      return draft.scratch;
    },
    ...(draft.keepScratch && { keepScratch: () => draft.keepScratch?.() }),
    publish: async (outputs, publication) => {
      const record = await draft.publish(outputs, publication);
      onPublished(record);
      return record;
    },
    abandon: () => draft.abandon(),
  };
}

/** Remotes that are open already, and to which nothing is sent. */
export function readingFrom(chain: RemoteChain, believes: Remotes['believes']): Remotes {
  return { chain: async () => chain, uploads: async () => undefined, ...(believes && { believes }) };
}
