import { type DocumentNode, describeNode, type Entry, entriesOf, type ListNode } from './document-node.ts';
import { mergePatch } from './merge.ts';
import type { ProblemList } from './problem-list.ts';

/**
 * A patch of a document that sets one value: `params.temperature` and 4 become `{params: {temperature: 4}}`. A merge patch can only replace
 * a list, so for a path into a list, `params.channels.1` and 9, it contains the list with that element set, or removed for null. Undefined
 * if the path goes through a value without parts, which is reported. @param above the path to `document`, for messages.
 */
export function patchAt(
  document: DocumentNode,
  path: readonly string[],
  entry: Entry,
  problems: ProblemList,
  above: readonly string[] = [],
): DocumentNode | undefined {
  let holder: DocumentNode | undefined = document;
  for (const [depth, step] of path.entries()) {
    if (holder?.kind === 'list') {
      const list = withElement(holder, path, depth, entry, problems, above);
      return list && nested(path.slice(0, depth), { key: entry.key, value: list });
    }
    if (holder?.kind === 'scalar' && holder.value !== null) {
      const name = [...above, ...path.slice(0, depth)].join('.');
      problems.add(`${name} is ${describeNode(holder)}, and has no "${step}"`, entry.key, {
        hint: `to replace it, write ${name}=…`,
      });
      return undefined;
    }
    holder = entriesOf(holder).get(step)?.value;
  }
  return nested(path, entry);
}

/** A list with the element at `depth` of the path set; the later steps lead into that element. */
function withElement(
  list: ListNode,
  path: readonly string[],
  depth: number,
  entry: Entry,
  problems: ProblemList,
  above: readonly string[],
): ListNode | undefined {
  const index = /^\d+$/u.test(path[depth]!) ? Number(path[depth]) : -1;
  const element = list.items[index];
  const last = list.items.length - 1;
  if (!element) {
    const name = [...above, ...path.slice(0, depth)].join('.');
    const message = `${name} is a list, and has no element "${path[depth]}"`;
    problems.add(message, entry.key, { hint: last < 0 ? 'it is empty' : `its elements are 0 to ${last}` });
    return undefined;
  }
  const rest = path.slice(depth + 1);
  if (rest.length === 0 && entry.value.kind === 'scalar' && entry.value.value === null) {
    return { ...list, items: list.items.toSpliced(index, 1) };
  }
  const patch = patchAt(element, rest, entry, problems, [...above, ...path.slice(0, depth + 1)]);
  return (
    patch && {
      ...list,
      items: list.items.with(
        index,
        mergePatch(element, patch, () => undefined),
      ),
    }
  );
}

function nested(path: readonly string[], entry: Entry): DocumentNode {
  return path.reduceRight<DocumentNode>(
    (value, step) => ({ kind: 'map', entries: new Map([[step, { key: entry.key, value }]]), origin: entry.key }),
    entry.value,
  );
}
