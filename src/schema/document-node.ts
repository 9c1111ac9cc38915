import type { Json } from '../json/json.ts';
import type { Origin } from '../problem/problem.ts';
import { quoted } from '../problem/quote.ts';

/** A value of a document, with the place where it was written. */
export type DocumentNode = ScalarNode | ListNode | MapNode | InvalidNode;

interface WithOrigin {
  readonly origin: Origin;
  /** Set if `${params.x}` was the whole value: the parameter, and where its name was written. */
  readonly via?: { readonly parameter: string; readonly key: Origin };
}

/** Text, a number, true, false or null. */
export interface ScalarNode extends WithOrigin {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The place of each `${` of a text, in order; absent if the text has none. */
  readonly openings?: readonly Origin[];
}

/** A list; `origin` is where it begins. */
export interface ListNode extends WithOrigin {
  readonly kind: 'list';
  readonly items: readonly DocumentNode[];
}

/** An object, with its keys in the order of the text. */
export interface MapNode extends WithOrigin {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  /** Keys that an overlay or an option removed, and where. */
  readonly removed?: ReadonlyMap<string, Origin>;
}

/** A value that has already been reported: no further problem is reported for what depends on it. */
export interface InvalidNode extends WithOrigin {
  readonly kind: 'invalid';
}

/** One key of an object and its value. */
export interface Entry {
  readonly key: Origin;
  readonly value: DocumentNode;
}

/** The value of `key`, if the node is an object that has it. */
export function childOf(node: DocumentNode | undefined, key: string): DocumentNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The text of a node, if it is text. */
export function textOf(node: DocumentNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The entries of a node that is an object; none for any other node. */
export function entriesOf(node: DocumentNode | undefined): ReadonlyMap<string, Entry> {
  return node?.kind === 'map' ? node.entries : new Map();
}

/** The value without its places, as a mutable copy; an invalid value becomes null. */
export function toJson(node: DocumentNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  if (node.kind === 'invalid') return null;
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toJson(entry.value)]));
}

/** A path as users write it: `stages.student.with.channels[2]`. */
function pathText(path: readonly (string | number)[], whole: string): string {
  if (path.length === 0) return whole;
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

/** A value as messages quote it: short text and numbers in full, lists and objects by their kind. */
export function describeNode(node: DocumentNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind !== 'scalar') return 'an object';
  return typeof node.value === 'string' ? quoted(node.value) : String(node.value);
}

/** The target of a path: the node, its name in messages, and its place. */
export interface Located {
  readonly node: DocumentNode;
  /** Where its key was written; for an item of a list, where the item was written. */
  readonly key: Origin;
  /** The path to it, starting at the parameter if the value came through one. */
  readonly name: string;
  /** The path at which the parameter's value is used; absent if no parameter is involved. */
  readonly usedAs?: string;
}

/** Follows `path` from `root` as far as there are nodes; the name is that of the whole path. @param whole the name of the document. */
export function locateNode(
  root: Entry,
  rootPath: readonly string[],
  path: readonly string[],
  whole = 'the pipeline',
): Located {
  let node = root.value;
  let key = root.key;
  let named: (string | number)[] = [...rootPath];
  const used: (string | number)[] = [...rootPath];
  let missing = false;
  let through = false;
  const enter = (entry: Entry) => {
    node = entry.value;
    key = node.via?.key ?? entry.key;
    if (!node.via) return;
    named = [node.via.parameter];
    through = true;
  };
  enter(root);
  for (const step of path) {
    const item = node.kind === 'list' ? node.items[Number(step)] : undefined;
    const next = item ? { key: item.origin, value: item } : entriesOf(node).get(step);
    const label = node.kind === 'list' ? Number(step) : step;
    named.push(label);
    used.push(label);
    missing ||= next === undefined;
    if (next && !missing) enter(next);
  }
  const usedAs = through ? pathText(used, whole) : undefined;
  return { node, key, name: pathText(named, whole), ...(usedAs === undefined ? {} : { usedAs }) };
}
