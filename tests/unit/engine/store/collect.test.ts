import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../../src/engine/clock.ts';
import { type LocalStore, thisProcess } from '../../../../src/engine/store/index.ts';
import { compute, draftOf, keyNamed, nameOf, publication } from '../../../contract/store.ts';
import { freshDirectory, publisherAt, storeAt } from '../../../support/fresh-store.ts';
import { settledClock } from '../../../support/settled-clock.ts';

const HOUR = 3_600_000;

/** A store in which a, b, c … were computed by a process that has ended, and used one hour after the other, the last an hour ago. */
async function history(...names: readonly string[]): Promise<LocalStore> {
  const directory = join(freshDirectory(), 'store');
  const writer = await storeAt(directory);
  for (const [index, name] of names.entries()) {
    const record = await compute(writer, name, name.repeat(1000), {
      'shared.txt': 'in all',
      [name]: `only in ${name}`,
    });
    await writer.open(record.outputs['tree']!, 'tree');
    usedAt(directory, name, systemClock.now() - (names.length - index) * HOUR);
  }
  await writer.close();
  return storeAt(directory);
}

function usedAt(directory: string, name: string, time: number): void {
  const key = keyNamed(name);
  utimesSync(join(directory, 'records', key.slice(0, 2), `${key}.json`), time / 1000, time / 1000);
}

function keys(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(keyNamed));
}

async function present(store: LocalStore): Promise<readonly string[]> {
  const records = await store.records();
  return records.map(({ record }) => nameOf(record)).sort();
}

describe('a limit', () => {
  test('that the store does not reach leaves everything, and waits for nobody', async () => {
    const store = await history('a', 'b');
    const orphan = join(store.directory, 'objects', 'ab', 'ab'.repeat(32));
    mkdirSync(dirname(orphan), { recursive: true });
    writeFileSync(orphan, 'named by no record');
    publisherAt(store);
    expect(await store.limit({ keep: new Set(), maxSize: 1e9 })).toBeUndefined();
    expect(existsSync(orphan)).toBe(true);
  });

  test('that it exceeds removes what was not used for longest', async () => {
    const store = await history('a', 'b', 'c');
    const { remainingBytes } = await store.collect({ keep: new Set(), maxSize: 1e9, dryRun: true });
    expect(await store.limit({ keep: new Set(), maxSize: remainingBytes - 1 })).toMatchObject({
      removed: [{ name: keyNamed('a') }],
    });
    expect(await present(store)).toEqual(['b', 'c']);
  });

  test('counts all that a collection counts', async () => {
    const store = await history('a', 'b');
    const run = join(store.directory, 'runs', '20260101-000000');
    const log = join(store.directory, 'logs', keyNamed('x'));
    const checkpoints = join(store.directory, 'checkpoints', keyNamed('x'));
    for (const folder of [run, log, checkpoints]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'file'), 'x'.repeat(10_000));
    }
    const { remainingBytes } = await store.collect({ keep: new Set(), maxSize: 1e9, dryRun: true });
    expect(remainingBytes).toBeGreaterThan(30_000);
    expect(await store.limit({ keep: new Set(), maxSize: remainingBytes - 1 })).toBeDefined();
  });

  test('cleans a cache of digests that grew very large', async () => {
    const store = await history('a');
    const shard = join(store.directory, 'file-digests', '00');
    mkdirSync(dirname(shard), { recursive: true });
    const line = `${'0'.repeat(64)} 1 2 3 4 "/gone"\n`;
    writeFileSync(shard, line.repeat(Math.ceil((65 * 2 ** 20) / line.length)));
    await store.limit({ keep: keys('a'), maxSize: 1e9 });
    expect(statSync(shard).size).toBe(0);
    expect(await present(store)).toEqual(['a']);
  });
});

describe('a collection', () => {
  test('counts of what a failed command linked to only the links', async () => {
    const store = await history('a');
    const theirs = join(freshDirectory(), 'theirs');
    writeFileSync(theirs, 'x'.repeat(1_000_000));
    const failed = join(store.directory, 'failed', `${systemClock.now()}`.slice(0, 13).concat('-0123456789ab'));
    mkdirSync(failed, { recursive: true });
    symlinkSync(theirs, join(failed, 'link'));
    const { remainingBytes } = await store.collect({ keep: new Set(), maxSize: 500_000 });
    expect(await present(store)).toEqual(['a']);
    expect(remainingBytes).toBeLessThan(500_000);
  });

  test('without limits keeps what it is told to, and nothing else', async () => {
    const store = await history('a', 'b', 'c');
    const { removed, objects } = await store.collect({ keep: keys('b') });
    expect(removed.map(({ name }) => name)).toEqual([keyNamed('a'), keyNamed('c')]);
    // Of each: its file, its directory's list, and the file only it has.
    expect(objects).toBe(6);
    expect(await present(store)).toEqual(['b']);
    expect(await store.find(keyNamed('b'), { verify: true })).toMatchObject({ state: 'hit' });
    const verification = await store.verifyAll();
    expect(verification).toMatchObject({ records: 1, objects: 4, damagedObjects: [] });
    expect(
      readdirSync(join(store.directory, 'views'), { recursive: true }).filter((name) => `${name}`.endsWith('.tree')),
    ).toHaveLength(1);
  });

  test('by age removes what was not used for so long', async () => {
    const store = await history('a', 'b', 'c');
    await store.collect({ keep: keys('a'), olderThan: 1.5 * HOUR });
    expect(await present(store)).toEqual(['a', 'c']);
  });

  test('by size removes the least recently used until the rest fits, shared content counted once', async () => {
    const store = await history('a', 'b', 'c', 'd');
    const all = (await store.collect({ keep: new Set(), maxSize: Number.MAX_SAFE_INTEGER, dryRun: true }))
      .remainingBytes;
    expect(all).toBe((await store.verifyAll()).bytes);
    const { remainingBytes, freedBytes } = await store.collect({ keep: keys('a'), maxSize: all - 1500 });
    expect(await present(store)).toEqual(['a', 'd']);
    expect(remainingBytes).toBe(all - freedBytes);
    expect(remainingBytes).toBe((await store.verifyAll()).bytes);
  });

  test('run dry removes nothing and says the same as the one that follows', async () => {
    const store = await history('a', 'b');
    const dry = await store.collect({ keep: keys('a'), dryRun: true });
    expect(await present(store)).toEqual(['a', 'b']);
    expect(await store.collect({ keep: keys('a') })).toEqual(dry);
    expect(await present(store)).toEqual(['a']);
  });

  test('removes objects that no record names, what was set aside, and locks of the dead', async () => {
    const store = await history('a');
    const digest = '00'.padEnd(64, 'f');
    const strays = [`objects/00/${digest}`, `damaged/${digest}`, `locks/${keyNamed('x')}`].map((name) =>
      join(store.directory, name),
    );
    for (const stray of strays) {
      mkdirSync(dirname(stray), { recursive: true });
      writeFileSync(stray, 'nobody.1');
    }
    expect(await store.collect({ keep: keys('a') })).toMatchObject({ removed: [], objects: 1, freedBytes: 8 });
    expect(strays.filter((stray) => existsSync(stray))).toEqual([]);
    expect(await store.find(keyNamed('a'), { verify: true })).toMatchObject({ state: 'hit' });
  });
});

describe('with another process', () => {
  test('what it used since it began stays', async () => {
    const store = await history('a', 'b', 'c');
    const other = await storeAt(store.directory);
    await other.find(keyNamed('b'));
    await compute(other, 'd', 'd');
    await store.collect({ keep: new Set() });
    expect(await present(store)).toEqual(['b', 'd']);
    await other.close();
  });

  test('what it used stays, even if its clock was set back since it began', async () => {
    const store = await history('a');
    let now = systemClock.now();
    const other = await storeAt(store.directory, { clock: { ...systemClock, now: () => now } });
    await other.hold();
    now -= 5 * HOUR;
    await other.find(keyNamed('a'));
    await store.collect({ keep: new Set() });
    expect(await present(store)).toEqual(['a']);
  });

  test('what it is computing stays: its claim, its draft, its checkpoints', async () => {
    const store = await history('a');
    const other = await storeAt(store.directory);
    const draft = await draftOf(other, 'b');
    writeFileSync(draft.outputPath('out', 'out'), 'half');
    writeFileSync(join(draft.checkpoints, 'step'), '1');
    // Old enough to go, but for the claim.
    for (const path of [join(draft.checkpoints, 'step'), draft.checkpoints]) utimesSync(path, 1, 1);
    await store.collect({ keep: new Set() });
    expect(existsSync(join(draft.checkpoints, 'step'))).toBe(true);
    writeFileSync(draft.outputPath('out', 'out'), 'whole');
    await draft.publish({ out: { file: 'out', directory: false } }, publication('b'));
    expect(await present(store)).toEqual(['b']);
  });

  test('it removes nothing until that has published', async () => {
    const store = await history('a');
    const endPublishing = publisherAt(store);
    const collecting = store.collect({ keep: new Set() });
    await vi.waitUntil(() => readdirSync(join(store.directory, 'locks')).includes('upkeep'), 10_000);
    expect(await present(store)).toEqual(['a']);
    endPublishing();
    await collecting;
    expect(await present(store)).toEqual([]);
  });

  test('it waits for a publisher, and a publisher waits for it', async () => {
    const store = await history('a', 'b', 'c');
    const other = await storeAt(store.directory);
    await Promise.all([
      ...['d', 'e', 'f'].map((name) => compute(other, name, name.repeat(100_000))),
      ...Array.from({ length: 3 }, () => store.collect({ keep: new Set() })),
      ...['g', 'h'].map((name) => compute(store, name, 'equal bytes')),
    ]);
    expect(await store.verifyAll()).toMatchObject({ damagedObjects: [] });
    expect(await present(store)).toEqual(['d', 'e', 'f', 'g', 'h']);
  });
});

test('checkpoints of a computation that nobody continues go like records do', async () => {
  const store = await history('a');
  const earlier = await storeAt(store.directory);
  for (const name of ['b', 'c']) {
    const draft = await draftOf(earlier, name);
    writeFileSync(join(draft.checkpoints, 'step'), '12345');
    await draft.abandon();
    utimesSync(join(draft.checkpoints, 'step'), 1, 1);
    utimesSync(draft.checkpoints, 1, 1);
  }
  await earlier.close();
  const { removed, freedBytes } = await store.collect({ keep: keys('a', 'b') });
  expect(removed).toEqual([expect.objectContaining({ kind: 'checkpoints', name: keyNamed('c'), bytes: 5 })]);
  expect(freedBytes).toBe(5);
  expect(readdirSync(join(store.directory, 'checkpoints'))).toEqual([keyNamed('b')]);
});

test('final states and folders of failed commands go like records do, by what was last written in them', async () => {
  const store = await history();
  const earlier = await storeAt(store.directory);
  const [old, young] = ['old', 'young'].map((name) => join(store.directory, 'ends', keyNamed(name)));
  for (const name of ['old', 'young']) {
    const draft = await draftOf(earlier, name);
    writeFileSync(join(draft.checkpoints, 'state'), name);
    await draft.publish({}, { ...publication(name), keepEnd: true });
  }
  const draft = await draftOf(earlier, 'failed');
  writeFileSync(join(draft.scratch, 'log'), '');
  const failed = draft.keepScratch!()!;
  await earlier.close();
  for (const path of [old!, join(old!, 'state'), young!, failed, join(failed, 'log')]) utimesSync(path, 1, 1);
  const { removed } = await store.collect({ keep: new Set(), olderThan: HOUR });
  expect(removed.map(({ kind }) => kind).sort()).toEqual(['end', 'failed']);
  expect([old!, young!, failed].map((path) => existsSync(path))).toEqual([false, true, false]);
});

test('the envelope of a record goes with it', async () => {
  const store = await history('a', 'b');
  for (const name of ['a', 'b']) await store.keepEnvelope(keyNamed(name), Buffer.from(name));
  await store.collect({ keep: keys('b') });
  expect(await store.envelope(keyNamed('a'))).toBeUndefined();
  expect(String(await store.envelope(keyNamed('b')))).toBe('b');
});

test('what is known of files and objects is forgotten with them, and nothing else of it', async () => {
  const directory = join(freshDirectory(), 'store');
  const earlier = await storeAt(directory, { clock: settledClock });
  const [kept, gone] = [await compute(earlier, 'a', 'kept'), await compute(earlier, 'b', 'gone')];
  const files = ['kept', 'gone'].map((name) => join(directory, '..', name));
  const digests = earlier.fileDigests();
  digests.keep();
  for (const file of files) {
    writeFileSync(file, '');
    await digests.digest(file);
  }
  rmSync(files[1]!);
  usedAt(directory, 'b', 1000);
  await earlier.close();
  const known = () =>
    ['states', 'file-digests'].flatMap((folder) =>
      readdirSync(join(directory, folder))
        .flatMap((name) =>
          readFileSync(join(directory, folder, name), 'utf8')
            .trim()
            .split('\n'),
        )
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line.slice(line.indexOf('"'))) as string),
    );
  const [keptDigest, goneDigest] = [kept, gone].map(({ outputs }) => outputs['out']!.digest);
  expect(known().sort()).toEqual([...files, keptDigest, goneDigest].sort());
  await (await storeAt(directory)).collect({ keep: keys('a') });
  expect(known().sort()).toEqual([files[0], keptDigest].sort());
});

test('logs of runs go by age and by size, and never without a limit', async () => {
  const store = await history('a');
  const earlier = await storeAt(store.directory);
  const [old, running] = [await earlier.runs.start({}), await store.runs.start({})];
  old.finish({});
  utimesSync(old.directory, 1, 1);
  utimesSync(join(old.directory, 'events.jsonl'), 1, 1);
  utimesSync(join(old.directory, 'run.json'), 1, 1);
  await earlier.close();
  const runs = () => store.runs.list().map(({ id }) => id);
  await store.collect({ keep: keys('a') });
  expect(runs()).toEqual([running.id, old.id]);
  expect((await store.collect({ keep: keys('a'), olderThan: HOUR })).removed).toMatchObject([
    { kind: 'run', name: old.id },
  ]);
  expect(runs()).toEqual([running.id]);
});

test('what was found stays once it is held; what went before that is told', async () => {
  const store = await history('a', 'b');
  const other = await storeAt(store.directory);
  expect(await other.find(keyNamed('a'))).toMatchObject({ state: 'hit' });
  expect(await other.hold()).toBe(true);
  const late = await storeAt(store.directory);
  expect(await late.find(keyNamed('b'))).toMatchObject({ state: 'hit' });
  await store.collect({ keep: keys() });
  expect(await present(store)).toEqual(['a']);
  expect(await late.hold()).toBe(false);
});

test('a use is noted once by each process', async () => {
  const store = await history('a');
  const [before] = await store.records();
  await store.hold();
  await store.find(keyNamed('a'));
  const [after] = await store.records();
  expect(after!.lastUsed).toBeGreaterThan(before!.lastUsed + HOUR / 2);
  const reader = await storeAt(store.directory, { readonly: true, process: thisProcess() });
  usedAt(store.directory, 'a', 1000);
  await reader.find(keyNamed('a'));
  expect((await reader.records())[0]!.lastUsed).toBe(1000);
});
