import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere } from '../../disk/codes.ts';
import type { DigestCache } from '../../disk/digest-cache.ts';
import { stateOf } from '../../disk/file-state.ts';
import { removeTree } from '../../disk/folders.ts';
import type { StageRecord } from '../record.ts';
import { diskUse } from './disk-use.ts';
import type { Layout } from './layout.ts';
import { namesIn, namesInShards, storeNames } from './names.ts';
import type { ObjectFiles } from './objects.ts';
import type { Presence } from './presence.ts';
import { listRecords } from './record-list.ts';

/**
 * What may be removed. Without limits, all results that are not kept; with limits, only as much as they require, including the logs of
 * runs.
 */
export interface CollectionRequest {
  /** Keys and ids of runs that are kept, regardless of the limits. */
  readonly keep: ReadonlySet<string>;
  /** Remove what was not used for this many milliseconds. */
  readonly olderThan?: number;
  /** Remove the least recently used until the store has at most this many bytes. */
  readonly maxSize?: number;
  /** Only report what would be removed. */
  readonly dryRun?: boolean;
}

/** One thing to remove: a finished computation, its final state, the checkpoints of an unfinished one, a log, or a run. */
export interface Collected {
  readonly kind: 'record' | 'checkpoints' | 'end' | 'log' | 'failed' | 'run';
  /** The key; for a run, its id. */
  readonly name: string;
  /** The record to remove, if there is one. */
  readonly record?: StageRecord;
  readonly lastUsed: number;
  /** Of all its content, even if another record shares it. */
  readonly bytes: number;
}

/** What was removed, or would be. */
export interface Collection {
  readonly removed: readonly Collected[];
  readonly objects: number;
  readonly freedBytes: number;
  readonly remainingBytes: number;
}

/** The data of a collection, and the current time. */
interface Parts {
  readonly layout: Layout;
  readonly objects: ObjectFiles;
  readonly states: DigestCache;
  readonly fileDigests: DigestCache;
  readonly presence: Presence;
  readonly now: number;
}

/** What one candidate occupies: objects that others may share, and its own bytes. */
interface Candidate extends Collected {
  readonly digests: readonly string[];
  readonly ownBytes: number;
}

const PLACES: Readonly<Record<Collected['kind'], (layout: Layout, name: string) => string>> = {
  record: (layout, key) => layout.record(key),
  checkpoints: (layout, key) => layout.checkpoints(key),
  end: (layout, key) => layout.end(key),
  log: (layout, key) => layout.log(key),
  failed: (layout, name) => join(layout.failedRoot, name),
  run: (layout, id) => layout.run(id),
};

/** Runs a collection. While it removes, no process publishes, and what a live process has used since its start is kept. */
export async function collectGarbage(request: CollectionRequest, parts: Parts): Promise<Collection> {
  if (request.dryRun) return choose(request, parts).collection;
  const { layout, objects, states, fileDigests, presence } = parts;
  return presence.upkeep.exclude(async () => {
    const { collection, needed } = choose(request, parts);
    for (const { kind, name } of collection.removed) {
      removeTree(PLACES[kind](layout, name));
      if (kind !== 'record') continue;
      removeTree(layout.envelope(name));
      removeTree(layout.log(name));
    }
    removeUnneeded(needed, layout, objects);
    removeDeadLocks(layout, presence);
    for (const name of namesIn(layout.damaged, storeNames.digest)) removeTree(join(layout.damaged, name));
    const isThere = (name: string) => stateOf(storeNames.digest.test(name) ? layout.object(name) : name) !== undefined;
    states.prune(presence.session.temporary(), isThere);
    fileDigests.prune(presence.session.temporary(), isThere);
    return collection;
  });
}

/** Decides what is removed; `needed` collects the digests that are kept, of objects and of whole directories. */
function choose(
  request: CollectionRequest,
  { layout, objects, presence, now }: Parts,
): { collection: Collection; needed: ReadonlySet<string> } {
  const horizon = Math.min(...presence.session.live().map(({ holder }) => holder.started));
  const isProtected = ({ name, lastUsed }: Candidate) =>
    request.keep.has(name) || lastUsed >= horizon || presence.locks.holder(name) !== undefined;
  const records = recordCandidates(layout, objects);
  const recorded = new Set(records.map(({ name }) => name));
  const all = [
    ...records,
    // The logs of a finished computation are removed with its record.
    ...folderCandidates('log', layout.logRoot, storeNames.digest).filter(({ name }) => !recorded.has(name)),
    ...folderCandidates('checkpoints', layout.checkpointRoot, storeNames.checkpoints),
    ...folderCandidates('end', layout.endRoot, storeNames.digest),
    ...folderCandidates('failed', layout.failedRoot, storeNames.failed),
    ...folderCandidates('run', layout.runs, storeNames.run),
  ];
  const size = new Sizes(objects);
  for (const candidate of all) size.add(candidate);

  const removed: Candidate[] = [];
  const oldest = [...all].sort((a, b) => a.lastUsed - b.lastUsed || (a.name < b.name ? -1 : 1));
  for (const candidate of oldest) {
    if (isProtected(candidate) || !mayGo(candidate, request, size.bytes, now)) continue;
    size.remove(candidate);
    removed.push(candidate);
  }
  const needed = size.needed();
  const garbage = objects.list().filter((digest) => !needed.has(digest));
  const freedBytes =
    garbage.reduce((sum, digest) => sum + (objects.size(digest) ?? 0), 0) +
    removed.reduce((sum, candidate) => sum + candidate.ownBytes, 0);
  return {
    collection: { removed, objects: garbage.length, freedBytes, remainingBytes: size.bytes },
    needed,
  };
}

function mayGo({ kind, lastUsed }: Candidate, request: CollectionRequest, bytes: number, now: number): boolean {
  const { olderThan, maxSize } = request;
  if (olderThan === undefined && maxSize === undefined) return kind !== 'run';
  return (olderThan !== undefined && now - lastUsed > olderThan) || (maxSize !== undefined && bytes > maxSize);
}

/** Bytes on disk, with shared content counted once. */
class Sizes {
  bytes = 0;
  readonly #objects: ObjectFiles;
  readonly #users = new Map<string, number>();

  constructor(objects: ObjectFiles) {
    this.#objects = objects;
  }

  /** Digests that some record names. */
  needed(): ReadonlySet<string> {
    return new Set(this.#users.keys());
  }

  add({ digests, ownBytes }: Candidate): void {
    this.bytes += ownBytes;
    for (const digest of digests) {
      const users = this.#users.get(digest) ?? 0;
      if (users === 0) this.bytes += this.#objects.size(digest) ?? 0;
      this.#users.set(digest, users + 1);
    }
  }

  remove({ digests, ownBytes }: Candidate): void {
    this.bytes -= ownBytes;
    for (const digest of digests) {
      const users = this.#users.get(digest) ?? 0;
      if (users > 1) this.#users.set(digest, users - 1);
      else {
        this.#users.delete(digest);
        this.bytes -= this.#objects.size(digest) ?? 0;
      }
    }
  }
}

function recordCandidates(layout: Layout, objects: ObjectFiles): Candidate[] {
  const logged = new Set(namesIn(layout.logRoot, storeNames.digest));
  return listRecords(layout).records.map(({ record, lastUsed }) => ({
    kind: 'record',
    name: record.key,
    record,
    lastUsed,
    bytes: Object.values(record.outputs).reduce((sum, output) => sum + output.bytes, 0),
    digests: [...new Set(Object.values(record.outputs).flatMap((output) => objects.namedBy(output)))],
    ownBytes: logged.has(record.key) ? diskUse(layout.log(record.key)).bytes : 0,
  }));
}

function folderCandidates(
  kind: 'checkpoints' | 'end' | 'log' | 'failed' | 'run',
  root: string,
  names: RegExp,
): Candidate[] {
  return namesIn(root, names).map((name) => {
    const { bytes, lastUsed } = diskUse(join(root, name));
    return { kind, name, lastUsed, bytes, digests: [], ownBytes: bytes };
  });
}

function removeUnneeded(needed: ReadonlySet<string>, layout: Layout, objects: ObjectFiles): void {
  for (const digest of objects.list()) if (!needed.has(digest)) ifThere(() => unlinkSync(objects.path(digest)));
  for (const name of namesInShards(layout.views, storeNames.view)) {
    const digest = name.replace(/\.tree$/, '');
    if (!needed.has(digest)) removeTree(layout.view(digest, name !== digest));
  }
}

function removeDeadLocks(layout: Layout, { locks }: Presence): void {
  for (const name of namesIn(layout.locks, storeNames.lock)) {
    const attempt = locks.attempt(name);
    if ('lock' in attempt) attempt.lock.release();
  }
}
