import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { compute, draftOf, keyNamed } from '../../../contract/store.ts';
import { freshDirectory, storeAt } from '../../../support/fresh-store.ts';

const MARKER = 'pipe-store.json';

function folderWith(files: Readonly<Record<string, string>>): string {
  const directory = freshDirectory();
  for (const [name, text] of Object.entries(files)) put(join(directory, name), text);
  return directory;
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Every file below a folder, with its text. */
function contents(directory: string): Readonly<Record<string, string>> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => statSync(join(directory, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(directory, path), 'utf8')]));
}

/** A store with a result, closed; without what a run that went on would leave. */
async function madeStore(): Promise<string> {
  const directory = join(freshDirectory(), 'store');
  const store = await storeAt(directory);
  const record = await compute(store, 'a', 'text', { 'x/y.txt': 'y' });
  await store.open(record.outputs['tree']!, 'tree');
  (await store.runs.start({})).finish({});
  await (await draftOf(store, 'b')).abandon();
  await store.close();
  return directory;
}

describe('a folder of somebody’s', () => {
  test.each([
    ['tmp/notes.txt'],
    ['locks/x'],
    ['views/ab/f'],
    ['objects/ab/f'],
    ['records/ab/f.json'],
    ['checkpoints/m'],
    ['runs/tb'],
    ['ends/best'],
    ['states/all'],
    ['damaged/f'],
    ['reserve'],
    ['report.html'],
    [`objects/ab/${'c'.repeat(64)}`],
    // Names a store could have given, and yet no store: each has objects or records.
    ['runs/20260101-000000/run.json'],
    [`checkpoints/${'c'.repeat(64)}/step`],
  ])('that holds %s is refused and not changed, by who writes as by who reads', async (name) => {
    const directory = folderWith({ [name]: 'mine', 'README.md': 'mine' });
    const before = contents(directory);
    for (const readonly of [false, true]) {
      const opening = storeAt(directory, { readonly });
      await expect(opening).rejects.toBeInstanceOf(EnvironmentError);
      await expect(opening).rejects.toThrow(`The folder ${directory} is not an artifact store: it contains `);
    }
    expect(contents(directory)).toEqual(before);
  });

  test('that was filled after the store was opened is refused before anything is written', async () => {
    const directory = freshDirectory();
    const store = await storeAt(directory);
    put(join(directory, 'tmp/notes.txt'), 'mine');
    await expect(store.hold()).rejects.toThrow('it contains tmp/notes.txt.');
    expect(contents(directory)).toEqual({ 'tmp/notes.txt': 'mine' });
  });

  test('the root of the file system is one', async () => {
    await expect(storeAt('/')).rejects.toThrow('The folder / is not an artifact store: it contains ');
  });
});

describe('a new store', () => {
  test.each([
    ['nothing', {}],
    [
      'a README and what version control and file managers leave',
      { 'README.md': 'mine', '.gitignore': '*', '.DS_Store': '' },
    ],
  ])('is made in a folder that holds %s, and marked', async (_, files) => {
    const directory = folderWith(files);
    const store = await storeAt(directory);
    expect(contents(directory)).toEqual(files);
    await store.hold();
    expect(JSON.parse(readFileSync(join(directory, MARKER), 'utf8'))).toEqual({ store: 'pipe', format: 1 });
    await store.collect({ keep: new Set() });
    expect(contents(directory)).toMatchObject(files);
  });

  test('is not begun by who only reads', async () => {
    const directory = freshDirectory();
    await (await storeAt(directory, { readonly: true })).find(keyNamed('a'));
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('a store without a marker', () => {
  test('as earlier versions made it, counts as one and marked', async () => {
    const directory = await madeStore();
    rmSync(join(directory, MARKER));
    const reader = await storeAt(directory, { readonly: true });
    expect(await reader.find(keyNamed('a'))).toMatchObject({ state: 'hit' });
    expect(existsSync(join(directory, MARKER))).toBe(false);
    await (await storeAt(directory)).hold();
    expect(existsSync(join(directory, MARKER))).toBe(true);
  });

  test('of which only objects and records were restored, counts as one', async () => {
    const [directory, restored] = [await madeStore(), freshDirectory()];
    for (const name of ['objects', 'records']) cpSync(join(directory, name), join(restored, name), { recursive: true });
    const store = await storeAt(restored);
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
  });

  test('in which there is also something else is refused', async () => {
    const directory = await madeStore();
    rmSync(join(directory, MARKER));
    put(join(directory, 'runs/tensorboard/events'), 'mine');
    await expect(storeAt(directory)).rejects.toThrow('it contains runs/tensorboard.');
  });
});

test('a store of a later format is refused', async () => {
  const directory = folderWith({ [MARKER]: '{"store":"pipe","format":2}' });
  await expect(storeAt(directory)).rejects.toThrow('has format 2, but this version of pipe uses format 1.');
});

test('what others leave in the folders of a store is neither swept, collected nor called damaged', async () => {
  const directory = await madeStore();
  const shard = keyNamed('a').slice(0, 2);
  const foreign = Object.fromEntries(
    [
      '.DS_Store',
      'notes.txt',
      'objects/.DS_Store',
      `objects/${shard}/notes`,
      `records/${shard}/.DS_Store`,
      'records/notes.txt',
      'views/notes.txt',
      'views/ab/notes.txt',
      'checkpoints/model.bin',
      'ends/best/model.bin',
      'runs/tensorboard/events',
      'runs/.DS_Store',
      'locks/mine',
      'tmp/notes.txt',
      'tmp/1-2-mine/notes.txt',
      'damaged/notes.txt',
      'states/notes.txt',
    ].map((name) => [name, 'mine']),
  );
  for (const [name, text] of Object.entries(foreign)) put(join(directory, name), text);
  const store = await storeAt(directory);
  await store.hold();
  expect(await store.verifyAll({ repair: true })).toMatchObject({ damagedObjects: [], refusedRecords: [] });
  expect(store.runs.list()).toHaveLength(1);
  const later = { now: () => Date.now() + 3_600_000, after: () => () => undefined };
  await (await storeAt(directory, { clock: later })).collect({ keep: new Set(), olderThan: 0 });
  await store.close();
  expect(contents(directory)).toMatchObject(foreign);
});
