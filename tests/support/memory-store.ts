import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Draft, Lookup, OutputRecord, Publication, StageRecord, Store } from '../../src/engine/index.ts';
import { StageError } from '../../src/problem/errors.ts';

/** What an object holds: a file's bytes, or a directory's files by name. */
type Content = Buffer | ReadonlyMap<string, Buffer>;

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');

function digestOf(content: Content): string {
  if (Buffer.isBuffer(content)) return sha256(content);
  return sha256(JSON.stringify([...content].map(([name, bytes]) => [name, sha256(bytes)])));
}

/** A store for tests: records and objects in memory, drafts in a temporary directory; `remove` it when done. */
export class MemoryStore implements Store {
  readonly directory = mkdtempSync(join(tmpdir(), 'pipe-memory-store-'));
  readonly records = new Map<string, StageRecord>();
  readonly objects = new Map<string, Content>();
  /** How often each method was called. */
  readonly calls = { find: 0, recordsOf: 0, begin: 0, open: 0 };
  readonly #claims = new Map<string, { readonly holder: string; readonly ended: Promise<void>; end(): void }>();
  readonly #views = new Map<Content, string>();
  #serial = 0;

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Removes an object, as a person with `rm` would. */
  lose(output: OutputRecord): void {
    this.objects.delete(output.digest);
  }

  /** Alters an object's bytes behind the store's back. */
  damage(output: OutputRecord): void {
    this.objects.set(output.digest, Buffer.from('altered'));
  }

  /** Claims a key for somebody else, until the returned function is called. */
  claimFor(holder: string, key: string): () => void {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const claim = { holder, ended, end };
    this.#claims.set(key, claim);
    return () => {
      if (this.#claims.get(key) === claim) this.#claims.delete(key);
      end();
    };
  }

  async find(key: string, options: { readonly verify?: boolean } = {}): Promise<Lookup> {
    this.calls.find += 1;
    const record = this.records.get(key);
    if (!record) return { state: 'miss' };
    for (const [output, { digest }] of Object.entries(record.outputs)) {
      const content = this.objects.get(digest);
      if (!content) return { state: 'broken', record, output, damage: 'missing' };
      if (options.verify && digestOf(content) !== digest) {
        this.objects.delete(digest);
        return { state: 'broken', record, output, damage: 'damaged' };
      }
    }
    return { state: 'hit', record };
  }

  async hold(): Promise<boolean> {
    return true;
  }

  async recordsOf(uses: string): Promise<readonly StageRecord[]> {
    this.calls.recordsOf += 1;
    return [...this.records.values()].filter((record) => record.material['uses'] === uses).reverse();
  }

  async begin(
    key: string,
    options: { readonly onWait: (holder: string) => void; readonly signal: AbortSignal; readonly force?: boolean },
  ): Promise<{ readonly draft: Draft } | { readonly record: StageRecord }> {
    this.calls.begin += 1;
    const before = this.records.get(key);
    for (let claim = this.#claims.get(key); claim; claim = this.#claims.get(key)) {
      options.onWait(claim.holder);
      await Promise.race([claim.ended, rejectionOf(options.signal)]);
    }
    options.signal.throwIfAborted();
    const lookup = await this.find(key, { verify: true });
    if (lookup.state === 'hit' && !(options.force && lookup.record === before)) return { record: lookup.record };
    return { draft: this.#draft(key, this.claimFor('this process', key)) };
  }

  /** Ends of finished computations, by key, as a folder each. */
  readonly ends = new Map<string, string>();

  async ending(key: string): Promise<string | undefined> {
    return this.ends.get(key);
  }

  async rerunDraft(key: string): Promise<Draft> {
    const beside = new MemoryStore();
    const draft = beside.#draft(key, () => undefined);
    return { ...draft, abandon: async () => beside.remove() };
  }

  async open(output: OutputRecord, file: string): Promise<string> {
    this.calls.open += 1;
    const content = this.objects.get(output.digest);
    if (!content) throw new Error(`no object ${output.digest}`);
    const folder = this.#views.get(content) ?? this.#folder('view');
    this.#views.set(content, folder);
    const path = join(folder, file);
    if (existsSync(path)) return path;
    if (Buffer.isBuffer(content)) {
      writeFileSync(path, content);
    } else {
      mkdirSync(path);
      for (const [name, bytes] of content) writeFileSync(join(path, name), bytes);
    }
    return path;
  }

  async digest(path: string): Promise<string> {
    return sha256(readFileSync(path));
  }

  /** The text of a stage's output, for looking at results. */
  text(output: OutputRecord | undefined): string | undefined {
    const content = output && this.objects.get(output.digest);
    return Buffer.isBuffer(content) ? content.toString('utf8') : undefined;
  }

  #folder(kind: string): string {
    this.#serial += 1;
    const path = join(this.directory, `${kind}-${this.#serial}`);
    mkdirSync(path);
    return path;
  }

  #draft(key: string, end: () => void): Draft {
    const folder = this.#folder('draft');
    const checkpoints = join(this.directory, `checkpoints-${key}`);
    mkdirSync(checkpoints, { recursive: true });
    const outputPath = (output: string, file: string) => {
      mkdirSync(join(folder, output), { recursive: true });
      return join(folder, output, file);
    };
    let ended = false;
    return {
      key,
      checkpoints,
      get scratch() {
        const scratch = join(folder, '.scratch');
        mkdirSync(scratch, { recursive: true });
        return scratch;
      },
      outputPath,
      publish: async (outputs, publication) => {
        const sealed = Object.entries(outputs).map(
          ([name, { file, directory }]) => [name, this.#seal(name, outputPath(name, file), directory)] as const,
        );
        const record = recordOf(key, Object.fromEntries(sealed), publication);
        this.records.delete(key);
        this.records.set(key, record);
        if (publication.keepEnd) {
          const end = join(this.directory, `end-${key}`);
          renameSync(checkpoints, end);
          this.ends.set(key, end);
        }
        rmSync(checkpoints, { recursive: true, force: true });
        ended = true;
        end();
        return record;
      },
      abandon: async () => {
        if (ended) return;
        ended = true;
        rmSync(folder, { recursive: true, force: true });
        end();
      },
    };
  }

  #seal(name: string, path: string, directory: boolean): OutputRecord {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || stats.isDirectory() !== directory) throw new StageError(`The output "${name}" was not written.`);
    const content: Content = directory
      ? new Map(
          readdirSync(path)
            .sort()
            .map((file) => [file, readFileSync(join(path, file))]),
        )
      : readFileSync(path);
    const digest = digestOf(content);
    this.objects.set(digest, content);
    const bytes = Buffer.isBuffer(content)
      ? content.length
      : [...content.values()].reduce((sum, { length }) => sum + length, 0);
    return { digest, bytes, directory };
  }
}

function recordOf(
  key: string,
  outputs: StageRecord['outputs'],
  { keepEnd: _, ...publication }: Publication,
): StageRecord {
  return { format: 1, key, outputs, finished: '2000-01-01T00:00:00.000Z', ...publication };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const refuse = () => reject(signal.reason);
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}
