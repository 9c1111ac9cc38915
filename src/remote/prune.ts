import { parseManifest } from '../engine/store/index.ts';
import { readEnvelope } from './envelope.ts';
import type { Remote, RemoteEntry } from './remote.ts';
import { outputsNamed } from './sealed-record.ts';

/** What may be removed from a remote. */
export interface PruneRequest {
  /** Keys of records that are kept, with their objects. */
  readonly keep: ReadonlySet<string>;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Remove what was put this many milliseconds ago. */
  readonly olderThan?: number;
  /** Remove the oldest until at most this many bytes are left. */
  readonly maxSize?: number;
  /** Only report what would be removed. */
  readonly dryRun: boolean;
}

/** What was removed, or would be. */
export interface Pruned {
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
}

/** A younger object may belong to a result whose record is not there yet. */
const graceMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Removes records that nobody needs, and then the objects that no record names; undefined if the remote cannot list.
 * Records go first: a reader never finds a record whose objects were removed before it.
 */
export async function prune(remote: Remote, request: PruneRequest): Promise<Pruned | undefined> {
  const { upkeep } = remote;
  if (!upkeep) return undefined;
  const records: RemoteEntry[] = [];
  const objects: RemoteEntry[] = [];
  for await (const entry of upkeep.list()) (entry.kind === 'ac' ? records : objects).push(entry);
  const sizes = new Map(objects.map(({ name, bytes }) => [name, bytes]));
  const named = new Map<string, readonly string[]>();
  for (const { name } of records) named.set(name, await objectsOf(remote, name, sizes));
  const { going, staying } = choose(records, named, sizes, request);
  const needed = new Set(staying.flatMap(({ name }) => named.get(name) ?? []));
  const unneeded = objects.filter(
    ({ name, modified }) => !needed.has(name) && request.now - modified > graceMilliseconds,
  );
  if (!request.dryRun) {
    for (const { name } of going) await upkeep.remove('ac', name);
    for (const { name } of unneeded) await upkeep.remove('cas', name);
  }
  const bytes = [...going, ...unneeded].reduce((sum, entry) => sum + entry.bytes, 0);
  return { records: going.length, objects: unneeded.length, bytes };
}

function choose(
  records: readonly RemoteEntry[],
  named: ReadonlyMap<string, readonly string[]>,
  sizes: ReadonlyMap<string, number>,
  { keep, now, olderThan, maxSize }: PruneRequest,
): { readonly going: readonly RemoteEntry[]; readonly staying: readonly RemoteEntry[] } {
  const sizeOf = ({ name, bytes }: RemoteEntry) =>
    (named.get(name) ?? []).reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), bytes);
  let left = records.reduce((sum, record) => sum + sizeOf(record), 0);
  const going: RemoteEntry[] = [];
  for (const record of [...records].sort((a, b) => a.modified - b.modified)) {
    const isOld = olderThan !== undefined && now - record.modified > olderThan;
    const isTooMuch = maxSize !== undefined && left > maxSize;
    if (keep.has(record.name) || !(isOld || isTooMuch)) continue;
    left -= sizeOf(record);
    going.push(record);
  }
  const gone = new Set(going.map(({ name }) => name));
  return { going, staying: records.filter(({ name }) => !gone.has(name)) };
}

/** Digests that a record names: for a directory, the list of its files and the files on that list. */
async function objectsOf(remote: Remote, key: string, sizes: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const sealed = await remote.record(key);
  const envelope = sealed && readEnvelope(sealed);
  if (!envelope || 'refusal' in envelope) return [];
  const digests: string[] = [];
  for (const { digest, directory } of outputsNamed(envelope)) {
    digests.push(digest);
    if (directory && sizes.has(digest)) digests.push(...(await filesOf(remote, digest)));
  }
  return digests;
}

async function filesOf(remote: Remote, digest: string): Promise<readonly string[]> {
  const chunks: Uint8Array[] = [];
  await remote.fetch(digest, async (content) => {
    for await (const chunk of content) chunks.push(chunk);
  });
  return parseManifest(Buffer.concat(chunks).toString('utf8'))?.map((entry) => entry.digest) ?? [];
}
