import type { Origin } from '../problem/problem.ts';
import { type DocumentNode, entriesOf, type MapNode } from './document-node.ts';

/** Called for each part of a patch that has no effect: `path` does not exist and so cannot be deleted, or an empty object adds nothing. */
export type IdlePatch = (
  what: 'nothing to delete' | 'nothing to merge',
  path: readonly string[],
  origin: Origin,
) => void;

/**
 * Applies an RFC 7386 merge patch: objects merge key by key, null deletes, everything else replaces. Neither argument is changed; each
 * value keeps the place where it was written.
 */
export function mergePatch(
  target: DocumentNode | undefined,
  patch: DocumentNode,
  idle: IdlePatch,
  path: readonly string[] = [],
): DocumentNode {
  if (patch.kind !== 'map') return patch;
  const base: MapNode = target?.kind === 'map' ? target : { kind: 'map', entries: new Map(), origin: patch.origin };
  if (patch.entries.size === 0 && base === target) idle('nothing to merge', path, patch.origin);
  const entries = new Map(base.entries);
  const removed = new Map(base.removed);
  for (const [key, { key: keyOrigin, value }] of patch.entries) {
    const here = [...path, key];
    const before = base.entries.get(key);
    if (value.kind === 'scalar' && value.value === null) {
      if (!before) idle('nothing to delete', here, keyOrigin);
      entries.delete(key);
      removed.set(key, keyOrigin);
      continue;
    }
    const merges = before?.value.kind === 'map' && value.kind === 'map';
    entries.set(key, { key: merges ? before.key : keyOrigin, value: mergePatch(before?.value, value, idle, here) });
    removed.delete(key);
  }
  return { kind: 'map', entries, origin: base.origin, ...(removed.size > 0 ? { removed } : {}) };
}

/** The sibling keys of the last one of `path`. */
export function neighbours(root: DocumentNode, path: readonly string[]): Iterable<string> {
  let node: DocumentNode | undefined = root;
  for (const step of path.slice(0, -1)) node = entriesOf(node).get(step)?.value;
  return entriesOf(node).keys();
}
