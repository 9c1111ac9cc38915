import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '../../src/disk/sha256.ts';
import type { Draft, Lookup, OutputRecord, Publication, StageRecord, Store } from '../../src/engine/index.ts';
import { filesUnder, manifestText, parseManifest } from '../../src/engine/store/manifest.ts';
import { recordIn, writeRecord } from '../../src/engine/store/record-file.ts';
import { EnvironmentError, StageError } from '../../src/problem/errors.ts';

/** A store for tests: records and objects in memory, drafts in a temporary directory; `remove` it when done. */
export class MemoryStore implements Store {
  readonly directory = mkdtempSync(join(tmpdir(), 'pipe-memory-store-'));
  readonly records = new Map<string, StageRecord>();
  /** By digest: a file's bytes, or the list of a directory's files. */
  readonly objects = new Map<string, Buffer>();
  /** How often each method was called. */
  readonly calls = { find: 0, recordsOf: 0, begin: 0, open: 0 };
  readonly #claims = new Map<string, { readonly holder: string; readonly ended: Promise<void>; end(): void }>();
  /** By content and name. */
  readonly #views = new Map<string, string>();
  #serial = 0;

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Removes an object, like a user with `rm`. */
  lose(output: OutputRecord): void {
    this.objects.delete(output.digest);
  }

  /** Alters an object's bytes without the store's knowledge. */
  damage(output: OutputRecord): void {
    this.objects.set(output.digest, Buffer.from('altered'));
  }

  /** Claims a key for another process, until the returned function is called. */
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
    for (const [output, described] of Object.entries(record.outputs)) {
      for (const digest of this.objectsOf(described)) {
        const content = this.objects.get(digest);
        if (!content) return { state: 'broken', record, output, damage: 'missing' };
        if (options.verify && sha256(content) !== digest) {
          this.objects.delete(digest);
          return { state: 'broken', record, output, damage: 'damaged' };
        }
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
    return { draft: this.#draft(key, this.claimFor(`process ${process.pid} on this host`, key)) };
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
    const name = `${output.digest} ${file}`;
    const known = this.#views.get(name);
    if (known !== undefined && existsSync(known)) return known;
    const path = join(this.#folder('view'), file);
    await this.copy(output, path);
    this.#views.set(name, path);
    return path;
  }

  async copy(output: OutputRecord, destination: string): Promise<void> {
    if (!output.directory) return this.#write(output.digest, destination, output.executable ?? false);
    mkdirSync(destination, { recursive: true });
    for (const { path, digest, executable } of parseManifest(String(this.#content(output.digest))) ?? []) {
      mkdirSync(dirname(join(destination, path)), { recursive: true });
      this.#write(digest, join(destination, path), executable);
    }
  }

  objectsOf(output: OutputRecord): readonly string[] {
    const entries = output.directory ? parseManifest(String(this.objects.get(output.digest))) : [];
    return [output.digest, ...new Set(entries?.map(({ digest }) => digest))];
  }

  hasObject(digest: string): boolean {
    return this.objects.has(digest);
  }

  async adoptObject(digest: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (sha256(bytes) !== digest)
      throw new EnvironmentError(`What was received for ${digest.slice(0, 12)} has another sha256.`);
    this.objects.set(digest, bytes);
  }

  async adoptRecord(key: string, text: string): Promise<StageRecord> {
    const parsed = recordIn(text, key);
    if ('refusal' in parsed)
      throw new EnvironmentError(`What was received is not a record of the key: ${parsed.refusal}.`);
    const record = this.records.get(key) ?? parsed.record;
    this.records.set(key, record);
    return record;
  }

  async recordText(key: string): Promise<string | undefined> {
    const record = this.records.get(key);
    return record && writeRecord(record);
  }

  /** The text of a stage's output, for looking at results. */
  text(output: OutputRecord | undefined): string | undefined {
    return output && this.objects.get(output.digest)?.toString('utf8');
  }

  #content(digest: string): Buffer {
    const content = this.objects.get(digest);
    if (!content) throw new Error(`no object ${digest}`);
    return content;
  }

  #write(digest: string, path: string, executable: boolean): void {
    writeFileSync(path, this.#content(digest));
    chmodSync(path, executable ? 0o555 : 0o444);
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
      mark: `memory-${process.pid}/${key}/${folder}`,
      checkpoints,
      get scratch() {
        const scratch = join(folder, '.scratch');
        mkdirSync(scratch, { recursive: true });
        return scratch;
      },
      outputPath,
      inputPath: (input, file) => {
        const inputs = join(folder, '.inputs', input);
        mkdirSync(inputs, { recursive: true });
        return join(inputs, file);
      },
      publish: async (outputs, publication) => {
        const sealed = Object.entries(outputs).map(
          ([name, { file, directory }]) => [name, this.#seal(name, outputPath(name, file), directory)] as const,
        );
        const record = recordOf(key, Object.fromEntries(sealed), publication);
        this.records.delete(key);
        this.records.set(key, record);
        if (publication.keepEnd) {
          const end = join(this.directory, `end-${key}`);
          rmSync(end, { recursive: true, force: true });
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
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (!stats) throw new StageError(`The stage finished without writing its output "${name}".`);
    if (stats.isSymbolicLink()) throw new StageError(`Output "${name}" is a symlink.`);
    if (stats.isDirectory() !== directory) {
      const [declared, written] = directory ? ['a directory', 'a file'] : ['a file', 'a directory'];
      throw new StageError(`Output "${name}" was declared as ${declared}, but the stage wrote ${written}.`);
    }
    if (!directory) {
      const { digest, bytes, executable } = this.#keep(path);
      return { digest, bytes, directory: false, ...(executable && { executable }) };
    }
    const entries = filesUnder(path, name).map((file) => ({ path: file, ...this.#keep(join(path, file)) }));
    const list = Buffer.from(manifestText(entries));
    this.objects.set(sha256(list), list);
    return { digest: sha256(list), bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0), directory: true };
  }

  #keep(file: string): { readonly digest: string; readonly bytes: number; readonly executable: boolean } {
    const content = readFileSync(file);
    const digest = sha256(content);
    this.objects.set(digest, content);
    return { digest, bytes: content.length, executable: (lstatSync(file).mode & 0o100) !== 0 };
  }
}

function recordOf(
  key: string,
  outputs: StageRecord['outputs'],
  { keepEnd: _, writersGone: __, ...publication }: Publication,
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
