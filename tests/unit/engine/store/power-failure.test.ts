import { rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, expect, test, vi } from 'vitest';
import { SMALL_BYTES, sha256 } from '../../../../src/disk/sha256.ts';
import { LateSync } from '../../../../src/engine/store/late-sync.ts';
import { Layout } from '../../../../src/engine/store/layout.ts';
import { compute, keyNamed } from '../../../contract/store.ts';
import { freshDirectory, freshStore } from '../../../support/fresh-store.ts';

/** What the code under test asked of the system, in this order. */
type Call = { readonly flushed: string } | { readonly named: string; readonly from: string };

const disk = vi.hoisted(() => ({ calls: [] as Call[], onFlush: (_path: string): void => {} }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const paths = new Map<number, string>();
  return {
    ...fs,
    openSync: (path: string, ...rest: [string, number]) => {
      const descriptor = fs.openSync(path, ...rest);
      paths.set(descriptor, path);
      return descriptor;
    },
    fsync: (descriptor: number, done: (error: Error | null) => void) => {
      const path = paths.get(descriptor)!;
      fs.fsync(descriptor, (error) => {
        disk.calls.push({ flushed: path });
        disk.onFlush(path);
        done(error);
      });
    },
    renameSync: (from: string, to: string) => {
      fs.renameSync(from, to);
      disk.calls.push({ named: to, from });
    },
  };
});

beforeEach(() => {
  disk.calls.length = 0;
  disk.onFlush = () => {};
});

/** Where a call stands among all; -1 if it was not made. */
const flushOf = (path: string, from = 0) =>
  disk.calls.findIndex((call, at) => at >= from && 'flushed' in call && call.flushed === path);
const namingOf = (path: string) => disk.calls.findIndex((call) => 'named' in call && call.named === path);

/** The content was on the disk before it got its name. */
function expectWholeUnderName(path: string): void {
  const at = namingOf(path);
  const call = disk.calls[at]!;
  expect(at, `${path} has a name`).toBeGreaterThan(-1);
  const flushed = flushOf('from' in call ? call.from : '');
  expect(flushed, `${path} was flushed`).toBeGreaterThan(-1);
  expect(flushed).toBeLessThan(at);
}

/** The name of an object was on the disk before the record got its own. */
function expectNamedBefore(object: string, record: string): void {
  const flushed = flushOf(dirname(object), namingOf(object));
  expect(flushed, `the name of ${object} was flushed`).toBeGreaterThan(-1);
  expect(flushed).toBeLessThan(namingOf(record));
}

const large = 'x'.repeat(SMALL_BYTES + 1);

test('a record has its name only after all that it names is on the disk', async () => {
  const store = await freshStore();
  const layout = new Layout(store.directory);
  const tree = { 'small.txt': 'small', 'large.txt': large };
  const { outputs } = await compute(store, 'a', 'text', tree);
  const digests = [...Object.values(outputs).map(({ digest }) => digest), ...Object.values(tree).map(sha256)];
  const record = layout.record(keyNamed('a'));
  expectWholeUnderName(record);
  for (const digest of digests) {
    expectWholeUnderName(layout.object(digest));
    expectNamedBefore(layout.object(digest), record);
  }
  await store.close();
  expect(flushOf(dirname(record), namingOf(record))).toBeGreaterThan(-1);
});

test('what the store has is not written again, unless it is lost while the rest is flushed', async () => {
  const store = await freshStore();
  const layout = new Layout(store.directory);
  const known = layout.object((await compute(store, 'a', 'known')).outputs['out']!.digest);
  disk.calls.length = 0;
  await compute(store, 'b', 'known');
  expect(namingOf(known)).toBe(-1);
  disk.onFlush = (path) => {
    if (basename(path) === 'new.txt') rmSync(known, { force: true });
  };
  await compute(store, 'c', 'known', { 'new.txt': 'new' });
  expectWholeUnderName(known);
  expectNamedBefore(known, layout.record(keyNamed('c')));
});

test('what was received is on the disk before it has its name, and its name before the store is closed', async () => {
  const [there, here] = [await freshStore(), await freshStore()];
  const text = await compute(there, 'a', 'text').then(() => there.recordText(keyNamed('a')));
  const layout = new Layout(here.directory);
  const [object, record] = [layout.object(sha256('text')), layout.record(keyNamed('a'))];
  disk.calls.length = 0;
  await here.adoptObject(sha256('text'), Readable.from([Buffer.from('te'), Buffer.from('xt')]));
  await here.adoptRecord(keyNamed('a'), text!, Buffer.from('envelope'));
  // Else a record that others signed could be sent as ours.
  const envelope = namingOf(layout.envelope(keyNamed('a')));
  expect(envelope).toBeGreaterThan(-1);
  expect(envelope).toBeLessThan(namingOf(record));
  for (const path of [object, record]) expectWholeUnderName(path);
  await here.close();
  for (const path of [object, record]) expect(flushOf(dirname(path), namingOf(path))).toBeGreaterThan(-1);
});

test('a folder that is asked for while another is flushed is flushed, too', async () => {
  const late = new LateSync();
  const [first, second] = [freshDirectory(), freshDirectory()];
  disk.onFlush = (path) => {
    if (path === first) late.add(second);
  };
  late.add(first);
  await late.finish();
  expect(disk.calls).toEqual([{ flushed: first }, { flushed: second }]);
});
