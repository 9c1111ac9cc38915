import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/disk/sha256.ts';
import type { OutputRecord } from '../../../src/engine/index.ts';
import { manifestText } from '../../../src/engine/store/manifest.ts';
import { FolderRemote } from '../../../src/remote/protocols/folder.ts';
import { type PruneRequest, prune } from '../../../src/remote/prune.ts';
import { sealRecord } from '../../../src/remote/sealed-record.ts';
import { recordOf } from '../../support/records.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();
const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2026, 0, 1);

/** A shared folder to put entries in, each as old as wanted, in days. */
function sharedFolder() {
  const folder = mkdtempSync(join(directory, 'shared-'));
  for (const kind of ['ac', 'cas']) mkdirSync(join(folder, kind));
  const put = (kind: 'ac' | 'cas', name: string, content: string | Uint8Array, age: number) => {
    const path = join(folder, kind, name);
    writeFileSync(path, content);
    utimesSync(path, (now - age * day) / 1000, (now - age * day) / 1000);
  };
  const object = (text: string, age: number) => {
    put('cas', sha256(text), text, age);
    return { digest: sha256(text), bytes: text.length, directory: false };
  };
  const record = (rate: number, outputs: Readonly<Record<string, OutputRecord>>, age: number) => {
    const made = recordOf({ rate }, outputs);
    put('ac', made.key, sealRecord(made, undefined), age);
    return made.key;
  };
  return {
    object,
    record,
    prune: (request: Partial<PruneRequest> = {}) =>
      prune(new FolderRemote(folder), { keep: new Set(), now, dryRun: false, ...request }),
    records: () => readdirSync(join(folder, 'ac')).sort(),
    objects: () => readdirSync(join(folder, 'cas')).sort(),
  };
}

test('what a record names stays with it: files, and folders with their files', async () => {
  const shared = sharedFolder();
  const file = shared.object('file', 9);
  const inFolder = shared.object('in a folder', 9);
  const list = shared.object(manifestText([{ path: 'a', executable: false, ...inFolder }]), 9);
  const key = shared.record(1, { file, folder: { ...list, directory: true } }, 9);
  shared.object('named by nobody', 9);
  expect(await shared.prune()).toEqual({ records: 0, objects: 1, bytes: 'named by nobody'.length });
  expect(shared.records()).toEqual([key]);
  expect(shared.objects()).toEqual([file, inFolder, list].map(({ digest }) => digest).sort());
});

test('an object younger than a day stays: its record may be on its way', async () => {
  const shared = sharedFolder();
  const young = shared.object('young', 0.9);
  shared.object('old', 1.1);
  expect(await shared.prune()).toMatchObject({ objects: 1 });
  expect(shared.objects()).toEqual([young.digest]);
});

test('old records go with what only they name, except those that are kept', async () => {
  const shared = sharedFolder();
  const [common, own] = [shared.object('common', 9), shared.object('own', 9)];
  const kept = shared.record(1, { common }, 9);
  shared.record(2, { common, own }, 9);
  const young = shared.record(3, {}, 7);
  expect(await shared.prune({ olderThan: 8 * day, keep: new Set([kept]) })).toMatchObject({ records: 1, objects: 1 });
  expect(shared.records()).toEqual([kept, young].sort());
  expect(shared.objects()).toEqual([common.digest]);
});

test('above a size, the oldest go first, and no more than needed', async () => {
  const shared = sharedFolder();
  const record = (rate: number, age: number) =>
    shared.record(rate, { out: shared.object(String(rate).repeat(10_000), 9) }, age);
  const [, second, third] = [record(1, 7), record(2, 5), record(3, 6)];
  expect(await shared.prune({ maxSize: 25_000 })).toMatchObject({ records: 1, objects: 1 });
  expect(shared.records()).toEqual([second, third].sort());
});

test('a dry run removes nothing, and reports the same', async () => {
  const shared = sharedFolder();
  shared.record(1, { out: shared.object('text', 9) }, 9);
  const request = { olderThan: day };
  const dry = await shared.prune({ ...request, dryRun: true });
  expect([shared.records().length, shared.objects().length]).toEqual([1, 1]);
  expect(await shared.prune(request)).toEqual(dry);
  expect([...shared.records(), ...shared.objects()]).toEqual([]);
});
