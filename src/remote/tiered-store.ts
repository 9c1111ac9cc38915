import type { OutputRecord, StageRecord } from '../engine/index.ts';
import {
  ArtifactLostError,
  type Claims,
  type Draft,
  type FindOptions,
  type LocalStore,
  type Lookup,
  type Store,
} from '../engine/store/index.ts';
import type { RemoteChain } from './remote-chain.ts';
import type { Uploads } from './uploads.ts';

/**
 * A local store with remotes behind it. Records are looked up remotely if they are not here; objects come only when somebody reads
 * them. What is published here is sent in the background. Claims stay local: two machines may compute the same, and the first
 * record stays.
 */
export class TieredStore implements Store {
  readonly directory: string;
  readonly #local: LocalStore;
  readonly #chain: RemoteChain;
  readonly #uploads: Uploads | undefined;

  /** @param uploads takes what is published here; undefined if nothing is to be sent. */
  constructor(local: LocalStore, chain: RemoteChain, uploads: Uploads | undefined) {
    this.directory = local.directory;
    this.#local = local;
    this.#chain = chain;
    this.#uploads = uploads;
  }

  async find(key: string, options: FindOptions = {}): Promise<Lookup> {
    const here = await this.#local.find(key, options);
    if (here.state === 'hit') return here;
    if (here.state === 'broken') return (await this.#isToBeHad(here.record, options)) ? hitOf(here.record) : here;
    const found = await this.#chain.record(key);
    if (!found) return here;
    const { record, address } = found;
    if (await this.#isToBeHad(record, options)) return { state: 'hit', record, remote: address };
    const [output = ''] = Object.keys(record.outputs);
    return { state: 'broken', record, output, damage: 'missing' };
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
    const begun = await this.#local.begin(key, options);
    return 'record' in begun || !this.#uploads ? begun : { draft: sentWhenPublished(begun.draft, this.#uploads) };
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

  /** Whether the content that the look-up asks for can be read: brought here if it is to be read now, else only asked for. */
  async #isToBeHad(record: StageRecord, { verify, reading }: FindOptions): Promise<boolean> {
    if (!verify) return true;
    const outputs = Object.values(record.outputs);
    return reading ? this.#chain.bring(record) : this.#chain.has(outputs);
  }

  async #withContent<T>(output: OutputRecord, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ArtifactLostError) || !(await this.#chain.bringOutput(output))) throw error;
      return read();
    }
  }
}

function hitOf(record: StageRecord): Lookup {
  return { state: 'hit', record };
}

/** A draft that is handed to the uploads once it is published. */
function sentWhenPublished(draft: Draft, uploads: Uploads): Draft {
  return {
    key: draft.key,
    outputPath: (output, file) => draft.outputPath(output, file),
    inputPath: (input, file) => draft.inputPath(input, file),
    get checkpoints() {
      return draft.checkpoints;
    },
    get scratch() {
      return draft.scratch;
    },
    publish: async (outputs, publication) => {
      const record = await draft.publish(outputs, publication);
      uploads.add(record);
      return record;
    },
    abandon: () => draft.abandon(),
  };
}
