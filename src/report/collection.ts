import type { Collected, Collection } from '../engine/store/index.ts';
import type { JsonObject } from '../json/json.ts';
import { table } from './tables/text-table.ts';
import { moment, size } from './units.ts';

/** What a collection removed, or would remove. */
export function collectionText(collection: Collection, isDone: boolean): string {
  const { removed, remainingBytes } = collection;
  if (removed.length === 0) return `nothing to remove; ${size(remainingBytes)} are kept\n`;
  const rows = removed.map((each) => [
    each.kind === 'run' ? each.name : each.name.slice(0, 12),
    whatIs(each),
    size(each.bytes),
    moment(new Date(each.lastUsed).toISOString()),
  ]);
  const lines = table(
    [
      { title: 'name', align: 'left' },
      { title: 'what', align: 'left' },
      { title: 'size', align: 'right' },
      { title: 'last used', align: 'left' },
    ],
    rows,
  );
  const closing = isDone
    ? collectionLine(collection)
    : `${sum(collection, 'would be removed')}; add --yes to remove them`;
  return `${lines.join('\n')}\n\n${closing}\n`;
}

/** What a collection removed, in one line. */
export function collectionLine(collection: Collection): string {
  return sum(collection, 'removed');
}

/** A collection as the object that `--json` prints. */
export function collectionJson(
  { removed, objects, freedBytes, remainingBytes }: Collection,
  isDone: boolean,
): JsonObject {
  return {
    removed: isDone,
    items: removed.map((each) => ({
      kind: each.kind,
      name: each.name,
      stage: stageOf(each) ?? null,
      bytes: each.bytes,
      lastUsed: new Date(each.lastUsed).toISOString(),
    })),
    objects,
    freedBytes,
    remainingBytes,
  };
}

function sum({ removed, freedBytes, remainingBytes }: Collection, verb: string): string {
  const what = removed.length === 1 ? '1 item' : `${removed.length} items`;
  return `${what} ${verb}, ${size(freedBytes)} freed, ${size(remainingBytes)} kept`;
}

function whatIs(collected: Collected): string {
  switch (collected.kind) {
    case 'record':
      return `result of ${stageOf(collected) ?? 'a stage'}`;
    case 'checkpoints':
      return 'checkpoints of an unfinished stage';
    case 'end':
      return 'final state of a stage, kept for --continue';
    case 'log':
      return 'log of a stage without a result';
    case 'failed':
      return 'folder of a command that failed';
    case 'run':
      return 'log of a run';
  }
}

function stageOf({ record }: Collected): string | undefined {
  const stage = record?.provenance['stage'];
  return typeof stage === 'string' ? stage : undefined;
}
