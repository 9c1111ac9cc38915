import { rmSync } from 'node:fs';
import { removeTree } from '../../disk/folders.ts';
import type { Layout } from './layout.ts';
import type { ObjectFiles, SeenDamage } from './objects.ts';
import type { Presence } from './presence.ts';
import { listRecords, type RefusedRecord, recordOf, type StoredRecord } from './record-list.ts';

/** How a store is verified. */
export interface VerificationRequest {
  /** Remove damaged objects, and the records that name them or are invalid, so that the next run computes them again. */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** An object that is missing or does not match its name, and the outputs that need it. */
export interface DamagedObject {
  readonly digest: string;
  readonly path: string;
  readonly damage: SeenDamage['damage'];
  readonly neededBy: readonly { readonly key: string; readonly output: string; readonly uses: string }[];
}

/** The state of a whole store. */
export interface Verification {
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
  readonly damagedObjects: readonly DamagedObject[];
  readonly refusedRecords: readonly RefusedRecord[];
}

/** Reads every record and every object; `presence` is required to remove what is damaged. */
export async function verify(
  request: VerificationRequest,
  layout: Layout,
  objects: ObjectFiles,
  presence: Presence | undefined,
): Promise<Verification> {
  const { records, refused } = listRecords(layout);
  const digests = objects.list();
  const findings: SeenDamage[] = [];
  let bytes = 0;
  for (const [index, digest] of digests.entries()) {
    request.signal?.throwIfAborted();
    bytes += objects.size(digest) ?? 0;
    const finding = await objects.read(digest);
    if (finding !== undefined) findings.push(finding);
    request.onProgress?.(index + 1, digests.length);
  }
  const needs = needsOf(records, layout, objects);
  for (const digest of needs.keys()) {
    if (objects.size(digest) === undefined) findings.push({ digest, damage: 'missing', inode: undefined });
  }
  const damagedObjects = findings
    // What is missing and not named by a record was collected in the meantime.
    .filter(({ digest, damage }) => damage === 'damaged' || needs.has(digest))
    .map(({ digest, damage }) => ({ digest, path: objects.path(digest), damage, neededBy: needs.get(digest) ?? [] }));
  if (presence !== undefined) {
    await presence.upkeep.exclude(async () => {
      for (const { path } of refused) removeTree(path);
      for (const { neededBy } of damagedObjects)
        for (const { key } of neededBy) rmSync(layout.record(key), { force: true });
      for (const finding of findings) objects.remove(finding);
    });
  }
  return { records: records.length, objects: digests.length, bytes, damagedObjects, refusedRecords: refused };
}

/** By digest, the outputs that need it, of records that still exist. */
function needsOf(
  records: readonly StoredRecord[],
  layout: Layout,
  objects: ObjectFiles,
): ReadonlyMap<string, DamagedObject['neededBy'][number][]> {
  const needs = new Map<string, DamagedObject['neededBy'][number][]>();
  for (const { record } of records) {
    if (recordOf(layout, record.key) === undefined) continue;
    for (const [output, described] of Object.entries(record.outputs)) {
      for (const digest of objects.namedBy(described)) {
        const list = needs.get(digest) ?? [];
        needs.set(digest, list);
        list.push({ key: record.key, output, uses: String(record.material['uses'] ?? '') });
      }
    }
  }
  return needs;
}
