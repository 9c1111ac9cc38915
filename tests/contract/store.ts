import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { keyOf } from '../../src/engine/key/key.ts';
import type { StageRecord } from '../../src/engine/record.ts';
import type { Draft, Publication, Store } from '../../src/engine/store/contract.ts';
import type { JsonObject } from '../../src/json/json.ts';
import { EnvironmentError, StageError } from '../../src/problem/errors.ts';

/** The material of a short name's key; of the kind `other` if the name begins like that. */
function materialNamed(name: string): JsonObject {
  return { uses: name.startsWith('other') ? 'other' : 'test', config: { name } };
}

/** A key made from a short name. */
export function keyNamed(name: string): string {
  return keyOf(materialNamed(name));
}

/** The short name that a record was made from. */
export function nameOf({ material }: StageRecord): string {
  return (material['config'] as { readonly name: string }).name;
}

/** What is published with the outputs of a name. */
export function publication(name: string): Publication {
  return {
    material: materialNamed(name),
    metrics: { accuracy: 0.5 },
    provenance: { host: 'here' },
    seconds: 1.5,
    writersGone: true,
  };
}

/** Options of `begin` for a test that waits for nobody. */
export const alone = {
  onWait: (holder: string) => {
    throw new Error(`waited for ${holder}`);
  },
  signal: new AbortController().signal,
};

/** The claim on a key that nobody has computed. */
export async function draftOf(store: Store, name: string, force = false): Promise<Draft> {
  const begun = await store.begin(keyNamed(name), { ...alone, force });
  if ('record' in begun) throw new Error(`${name} is computed already`);
  return begun.draft;
}

/** Computes `name`: a file with the given text, and a directory of files if requested. */
export async function compute(store: Store, name: string, text: string, tree?: Readonly<Record<string, string>>) {
  const draft = await draftOf(store, name);
  writeFileSync(draft.outputPath('out', 'out.txt'), text);
  for (const [path, content] of Object.entries(tree ?? {})) {
    const file = join(draft.outputPath('tree', 'tree'), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return draft.publish(
    {
      out: { file: 'out.txt', directory: false },
      ...(tree === undefined ? {} : { tree: { file: 'tree', directory: true } }),
    },
    publication(name),
  );
}

/** The contract of every implementation of `Store`; `open` makes a new one. */
export function storeContract(open: () => Promise<Store>): void {
  describe('looking up', () => {
    test('a key nobody computed is a miss', async () => {
      expect(await (await open()).find(keyNamed('a'))).toEqual({ state: 'miss' });
    });

    test('a published record is found as it was published', async () => {
      const store = await open();
      const record = await compute(store, 'a', 'text', { 'b/c.txt': 'c' });
      expect(await store.find(keyNamed('a'), { verify: true })).toEqual({ state: 'hit', record });
      const { writersGone: _, ...published } = publication('a');
      expect(record).toMatchObject({ key: keyNamed('a'), ...published });
    });

    test('a claim that was abandoned leaves nothing to be found', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      writeFileSync(draft.outputPath('out', 'out.txt'), 'text');
      await draft.abandon();
      expect(await store.find(keyNamed('a'))).toEqual({ state: 'miss' });
      await (await draftOf(store, 'a')).abandon();
    });

    test('records of a kind come newest first', async () => {
      const store = await open();
      for (const name of ['a', 'other b', 'c']) {
        const draft = await draftOf(store, name);
        await draft.publish({}, publication(name));
      }
      const keys = (await store.recordsOf('test')).map((record) => record.key);
      expect(keys).toEqual([keyNamed('c'), keyNamed('a')]);
    });
  });

  describe('outputs', () => {
    test('equal bytes have equal digests, whoever made them', async () => {
      const store = await open();
      const a = await compute(store, 'a', 'same', { x: '1', 'y/z': '2' });
      const b = await compute(store, 'b', 'same', { 'y/z': '2', x: '1' });
      expect(b.outputs).toEqual(a.outputs);
      expect((await compute(store, 'c', 'other')).outputs['out']).not.toEqual(a.outputs['out']);
    });

    test('a file is opened under the name asked for, with its bytes', async () => {
      const store = await open();
      const record = await compute(store, 'a', 'text');
      const path = await store.open(record.outputs['out']!, 'weights.bin');
      expect(path).toMatch(/\/weights\.bin$/);
      expect(readFileSync(path, 'utf8')).toBe('text');
      expect(statSync(path).mode & 0o222).toBe(0);
    });

    test('a directory is laid out with all its files, and executable ones stay so', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      const root = draft.outputPath('tree', 'tree');
      mkdirSync(join(root, 'deep/er'), { recursive: true });
      writeFileSync(join(root, 'deep/er/a.txt'), 'same bytes');
      writeFileSync(join(root, 'run.sh'), 'same bytes', { mode: 0o755 });
      const record = await draft.publish({ tree: { file: 'tree', directory: true } }, publication('a'));
      expect(record.outputs['tree']).toMatchObject({ directory: true, bytes: 20 });
      const path = await store.open(record.outputs['tree']!, 'data');
      expect(readdirSync(path, { recursive: true }).sort()).toEqual(['deep', 'deep/er', 'deep/er/a.txt', 'run.sh']);
      expect(readFileSync(join(path, 'deep/er/a.txt'), 'utf8')).toBe('same bytes');
      expect(statSync(join(path, 'run.sh')).mode & 0o777).toBe(0o555);
      expect(statSync(join(path, 'deep/er/a.txt')).mode & 0o777).toBe(0o444);
    });

    test('an executable file stays so, opened and copied', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      writeFileSync(draft.outputPath('tool', 'tool'), 'text', { mode: 0o755 });
      const { outputs } = await draft.publish({ tool: { file: 'tool', directory: false } }, publication('a'));
      const next = await draftOf(store, 'b');
      const copy = next.inputPath('tool', 'tool');
      await store.copy(outputs['tool']!, copy);
      for (const path of [await store.open(outputs['tool']!, 'tool'), copy]) {
        expect(statSync(path).mode & 0o777).toBe(0o555);
        expect(readFileSync(path, 'utf8')).toBe('text');
      }
      await next.abandon();
    });

    test('an empty directory and an empty file are outputs like others', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      mkdirSync(draft.outputPath('tree', 'tree'));
      writeFileSync(draft.outputPath('file', 'file'), '');
      const declared = { tree: { file: 'tree', directory: true }, file: { file: 'file', directory: false } };
      const record = await draft.publish(declared, publication('a'));
      expect(readdirSync(await store.open(record.outputs['tree']!, 'tree'))).toEqual([]);
      expect(readFileSync(await store.open(record.outputs['file']!, 'file'), 'utf8')).toBe('');
    });

    test.each([
      ['missing', () => {}, /without writing its output "out"/],
      ['a directory', (path: string) => mkdirSync(path), /declared as a file, but the stage wrote a directory/],
      ['a link', (path: string) => symlinkSync('/etc/hostname', path), /Output "out" is a symlink/],
    ])('an output that is %s is refused as the stage’s mistake', async (_, write, message) => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      write(draft.outputPath('out', 'out.txt'));
      const publishing = draft.publish({ out: { file: 'out.txt', directory: false } }, publication('a'));
      await expect(publishing).rejects.toThrow(message);
      await expect(publishing).rejects.toBeInstanceOf(StageError);
      await draft.abandon();
      expect(await store.find(keyNamed('a'))).toEqual({ state: 'miss' });
    });

    test('a file that has another name elsewhere stays its owner’s: later writes change nothing', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      const out = draft.outputPath('out', 'out.txt');
      const tree = draft.outputPath('tree', 'tree');
      mkdirSync(tree);
      const theirs = join(dirname(out), 'theirs');
      writeFileSync(theirs, 'text', { mode: 0o600 });
      linkSync(theirs, out);
      linkSync(theirs, join(tree, 'file'));
      const before = statSync(theirs).mode;
      const kept = openSync(theirs, 'r+');
      const { outputs } = await draft.publish(
        { out: { file: 'out.txt', directory: false }, tree: { file: 'tree', directory: true } },
        publication('a'),
      );
      expect(fstatSync(kept).mode).toBe(before);
      writeSync(kept, 'TEXT', 0);
      closeSync(kept);
      expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
      expect(readFileSync(await store.open(outputs['out']!, 'out.txt'), 'utf8')).toBe('text');
    });

    test('a link inside a directory is refused', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      mkdirSync(draft.outputPath('tree', 'tree'));
      symlinkSync('elsewhere', join(draft.outputPath('tree', 'tree'), 'link'));
      const publishing = draft.publish({ tree: { file: 'tree', directory: true } }, publication('a'));
      await expect(publishing).rejects.toThrow('Output "tree" contains a symlink, link.');
      await draft.abandon();
    });
  });

  describe('copies', () => {
    test('of an output are their reader’s own: writing to one changes neither the store nor another', async () => {
      const store = await open();
      const { outputs } = await compute(store, 'a', 'text', { 'b/c.txt': 'c' });
      const draft = await draftOf(store, 'b');
      const [file, tree] = [draft.inputPath('file', 'in.txt'), draft.inputPath('tree', 'tree')];
      await store.copy(outputs['out']!, file);
      await store.copy(outputs['tree']!, tree);
      expect([readFileSync(file, 'utf8'), readFileSync(join(tree, 'b/c.txt'), 'utf8')]).toEqual(['text', 'c']);
      for (const path of [file, join(tree, 'b/c.txt')]) {
        expect(statSync(path)).toMatchObject({ nlink: 1, mode: 0o100444 });
        chmodSync(path, 0o644);
        writeFileSync(path, 'changed');
      }
      expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
      expect(readFileSync(await store.open(outputs['out']!, 'in.txt'), 'utf8')).toBe('text');
      await draft.abandon();
      expect(existsSync(file)).toBe(false);
    });
  });

  describe('what was made elsewhere', () => {
    const bytes = Buffer.from('text');
    const digest = createHash('sha256').update(bytes).digest('hex');
    const streamed = (...parts: readonly string[]) => Readable.from(parts.map((part) => Buffer.from(part)));

    test('is taken in record by record and object by object, and is then a result like others', async () => {
      const [there, here] = [await open(), await open()];
      const record = await compute(there, 'a', 'text');
      const text = (await there.recordText(keyNamed('a')))!;
      expect(await here.adoptRecord(keyNamed('a'), text)).toEqual(record);
      expect(await here.recordText(keyNamed('a'))).toBe(text);
      expect(await here.find(keyNamed('a'))).toMatchObject({ state: 'broken', output: 'out', damage: 'missing' });
      expect(here.objectsOf(record.outputs['out']!).filter((object) => !here.hasObject(object))).toEqual([digest]);
      await here.adoptObject(digest, streamed('te', 'xt'));
      expect(await here.find(keyNamed('a'), { verify: true })).toEqual({ state: 'hit', record });
    });

    test('is refused where an object has another sha256, and nothing of it is kept', async () => {
      const store = await open();
      await expect(store.adoptObject(digest, streamed('tex'))).rejects.toThrow('has another sha256');
      expect(store.hasObject(digest)).toBe(false);
    });

    test.each([
      ['is altered', (text: string) => text.replace('0.5', '0.9')],
      ['is another key’s', (text: string) => text.replace(keyNamed('a'), keyNamed('b'))],
      ['is cut short', (text: string) => text.slice(0, -20)],
    ])('is refused where a record %s, and nothing of it is kept', async (_, change) => {
      const [there, here] = [await open(), await open()];
      await compute(there, 'a', 'text');
      const text = change((await there.recordText(keyNamed('a')))!);
      for (const name of ['a', 'b']) {
        await expect(here.adoptRecord(keyNamed(name), text)).rejects.toBeInstanceOf(EnvironmentError);
        expect(await here.find(keyNamed(name))).toEqual({ state: 'miss' });
      }
    });

    test('does not take the place of a result that is here', async () => {
      const [there, here] = [await open(), await open()];
      await compute(there, 'a', 'there');
      const record = await compute(here, 'a', 'here');
      expect(await here.adoptRecord(keyNamed('a'), (await there.recordText(keyNamed('a')))!)).toEqual(record);
      expect(await here.find(keyNamed('a'))).toEqual({ state: 'hit', record });
    });
  });

  describe('claims', () => {
    test('who comes second waits, is told for whom, and gets what the first published', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      const heard: string[] = [];
      const waiting = store.begin(keyNamed('a'), { ...alone, onWait: (holder) => heard.push(holder) });
      writeFileSync(draft.outputPath('out', 'o'), 'x');
      const record = await draft.publish({ out: { file: 'o', directory: false } }, publication('a'));
      expect(await waiting).toEqual({ record });
      expect(heard).toEqual([expect.stringMatching(/^process \d+ on /)]);
    });

    test('who waits for a claim that is abandoned computes', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      const waiting = store.begin(keyNamed('a'), { ...alone, onWait: () => {} });
      await draft.abandon();
      const begun = await waiting;
      expect(begun).toHaveProperty('draft');
      if ('draft' in begun) await begun.draft.abandon();
    });

    test('who waits can be stopped', async () => {
      const store = await open();
      const draft = await draftOf(store, 'a');
      const stop = new AbortController();
      const waiting = store.begin(keyNamed('a'), {
        onWait: () => stop.abort(new Error('stopped')),
        signal: stop.signal,
      });
      await expect(waiting).rejects.toThrow('stopped');
      await draft.abandon();
    });

    test('what is computed is not computed again, unless forced', async () => {
      const store = await open();
      const record = await compute(store, 'a', '1');
      expect(await store.begin(keyNamed('a'), alone)).toEqual({ record });
      const draft = await draftOf(store, 'a', true);
      writeFileSync(draft.outputPath('out', 'out.txt'), '2');
      const again = await draft.publish({ out: { file: 'out.txt', directory: false } }, publication('a'));
      expect(await store.find(keyNamed('a'))).toEqual({ state: 'hit', record: again });
    });

    test('who forces what another is computing gets what that one publishes', async () => {
      const store = await open();
      await compute(store, 'a', '1');
      const draft = await draftOf(store, 'a', true);
      const waiting = store.begin(keyNamed('a'), { ...alone, onWait: () => {}, force: true });
      writeFileSync(draft.outputPath('out', 'out.txt'), '2');
      const record = await draft.publish({ out: { file: 'out.txt', directory: false } }, publication('a'));
      expect(await waiting).toEqual({ record });
    });

    test('a final state that is kept is found under its key, and a later one replaces it', async () => {
      const store = await open();
      expect(await store.ending(keyNamed('a'))).toBeUndefined();
      for (const step of ['100', '200']) {
        const draft = await draftOf(store, 'a', true);
        writeFileSync(join(draft.checkpoints, step), step);
        await draft.publish({}, { ...publication('a'), keepEnd: true });
        expect(readdirSync((await store.ending(keyNamed('a')))!)).toEqual([step]);
      }
      const draft = await draftOf(store, 'a', true);
      expect(readdirSync(draft.checkpoints)).toEqual([]);
      await draft.abandon();
    });

    test('checkpoints belong to the key, outlive an abandoned claim and end with its publication', async () => {
      const store = await open();
      const first = await draftOf(store, 'a');
      writeFileSync(join(first.checkpoints, 'step'), '100');
      await first.abandon();
      const other = await draftOf(store, 'b');
      expect(readdirSync(other.checkpoints)).toEqual([]);
      const second = await draftOf(store, 'a');
      expect(readFileSync(join(second.checkpoints, 'step'), 'utf8')).toBe('100');
      await second.publish({}, publication('a'));
      const third = await draftOf(store, 'a', true);
      expect(readdirSync(third.checkpoints)).toEqual([]);
      await Promise.all([other.abandon(), third.abandon()]);
    });
  });
}
