import { isAlias, isMap, isScalar, isSeq, type Node as YamlNode } from 'yaml';
import { isExact, isWellFormed } from '../../json/exact.ts';
import type { Origin } from '../../problem/problem.ts';
import { brief, quoted } from '../../problem/quote.ts';
import type { DocumentNode, Entry, ScalarNode } from '../document-node.ts';
import type { ProblemList } from '../problem-list.ts';
import type { TextOrigin } from './text-origin.ts';

/** How deep values may nest: far deeper than a pipeline needs, but not so deep that recursion exhausts the stack. */
export const deepest = 64;
/** The message for values that nest deeper. */
export const tooDeep = `values are nested more than ${deepest} levels deep`;
/** How many values a document may have after expanding its aliases: a few lines of aliases can produce billions. */
export const mostValues = 100_000;
const textTag = 'tag:yaml.org,2002:str';
const coreTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/**
 * Turns the nodes of the YAML library into ours, and reports what JSON cannot represent. One object per document, because it remembers
 * anchors.
 */
export class YamlReader {
  readonly #text: string;
  readonly #place: TextOrigin;
  readonly #problems: ProblemList;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #open = new Set<YamlNode>();
  #values = 0;

  constructor(text: string, place: TextOrigin, problems: ProblemList) {
    this.#text = text;
    this.#place = place;
    this.#problems = problems;
  }

  /** Reads a node and everything below it; invalid parts are reported. */
  node(node: YamlNode, depth = 0): DocumentNode {
    this.#values += 1;
    if (this.#values === mostValues)
      this.#report(node, `there are more than ${mostValues} values, counting those that aliases repeat`);
    if (this.#values >= mostValues) return this.#invalid(node);
    if (depth > deepest) return this.#report(node, tooDeep);
    if (isAlias(node)) return this.#aliased(node.source, node, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined && !coreTags.has(node.tag)) {
      return this.#report(
        node,
        `the tag ${brief(tagText(node.tag))} is not supported`,
        'remove the tag: values are plain YAML',
      );
    }
    this.#open.add(node);
    const read = this.#value(node, depth);
    this.#open.delete(node);
    return read;
  }

  #value(node: YamlNode, depth: number): DocumentNode {
    if (isScalar(node)) return this.#scalar(node, node.value);
    if (isSeq<YamlNode>(node)) {
      return { kind: 'list', items: node.items.map((item) => this.node(item, depth + 1)), origin: this.#origin(node) };
    }
    if (!isMap<YamlNode, YamlNode | null>(node)) return this.#report(node, 'this value is not supported');
    const entries = new Map<string, Entry>();
    for (const { key, value } of node.items) {
      const name = this.#key(key, entries);
      const origin = this.#origin(key);
      const read = value ? this.node(value, depth + 1) : ({ kind: 'scalar', value: null, origin } as const);
      if (name !== undefined) entries.set(name, { key: origin, value: read });
    }
    return { kind: 'map', entries, origin: this.#origin(node) };
  }

  #key(key: YamlNode, entries: ReadonlyMap<string, Entry>): string | undefined {
    const written = this.#source(key);
    if (!isScalar(key) || typeof key.value !== 'string') {
      const shown = brief(written.split('\n', 1)[0]!);
      const hint = isScalar(key) ? `put it in quotes: "${shown}"` : 'write "key: value"';
      this.#report(key, `a key must be text, not ${shown === '' ? 'empty' : shown}`, hint);
      return undefined;
    }
    const mistake = mistakeIn(key.value);
    if (mistake) {
      this.#report(key, `a key ${mistake.message}`, mistake.hint);
      return undefined;
    }
    if (key.value === '__proto__') {
      this.#report(key, 'the key "__proto__" is not allowed', 'choose another name');
      return undefined;
    }
    if (key.value === '<<') {
      this.#report(key, 'merge keys (<<) are not part of YAML 1.2', 'repeat the keys, or put them in an overlay');
      return undefined;
    }
    if (key.value.includes('${')) {
      this.#report(key, 'a key cannot contain ${…}', 'references can be used only in values');
      return undefined;
    }
    const first = entries.get(key.value);
    if (!first) return key.value;
    const where = 'file' in first.key ? `; it is first set on line ${first.key.line}` : '';
    this.#report(key, `the key ${quoted(key.value)} is repeated${where}`, 'keep one of the two');
    return undefined;
  }

  #scalar(node: YamlNode, value: unknown): DocumentNode {
    const origin = this.#origin(node);
    if (value === null || typeof value === 'boolean') return { kind: 'scalar', value, origin };
    const written = brief(this.#source(node));
    if (typeof value === 'string' && node.tag !== undefined && node.tag !== textTag) {
      return this.#report(node, `${written} does not fit its tag ${tagText(node.tag)}`, 'remove the tag');
    }
    if (typeof value === 'string') {
      const mistake = mistakeIn(value);
      if (mistake) return this.#report(node, `text ${mistake.message}`, mistake.hint);
      return { kind: 'scalar', value, origin, ...this.#openings(node, value, origin) };
    }
    const number = Number(value);
    if (!Number.isFinite(number)) {
      return this.#report(node, `${written} is not a finite number`, 'write a number, or put the text in quotes');
    }
    if (isExact(number)) return { kind: 'scalar', value: number === 0 ? 0 : number, origin };
    const hint = `put it in quotes to keep every digit; whole numbers are exact up to ${Number.MAX_SAFE_INTEGER}`;
    return this.#report(node, `${written} is too large to be an exact number`, hint);
  }

  /** Pairs each `${` of the value with its place in the source, or with the whole scalar if escapes hide it. */
  #openings(node: YamlNode, value: string, whole: Origin): Pick<ScalarNode, 'openings'> {
    const count = value.split('${').length - 1;
    if (count === 0) return {};
    const source = this.#source(node);
    const start = node.range?.[0] ?? 0;
    const found = [...source.matchAll(/\$\{[^}\n]*\}?/gu)];
    const places = found.map((match) => this.#place.at(start + match.index, match[0].length));
    return { openings: places.length === count ? places : Array.from({ length: count }, () => whole) };
  }

  #aliased(name: string, alias: YamlNode, depth: number): DocumentNode {
    const target = this.#anchors.get(name);
    if (!target) return this.#report(alias, `there is no anchor "&${brief(name)}" before this alias`);
    if (this.#open.has(target))
      return this.#report(alias, `the alias "*${brief(name)}" refers to the anchor that contains it`);
    return this.node(target, depth);
  }

  #report(node: YamlNode, message: string, hint?: string): DocumentNode {
    const invalid = this.#invalid(node);
    this.#problems.add(message, invalid.origin, { hint });
    return invalid;
  }

  #invalid(node: YamlNode): DocumentNode {
    return { kind: 'invalid', origin: this.#origin(node) };
  }

  #origin(node: YamlNode): Origin {
    const [start, end] = node.range ?? [0, 0];
    return this.#place.at(start, end - start);
  }

  #source(node: YamlNode): string {
    return this.#text.slice(node.range?.[0], node.range?.[1]);
  }
}

function tagText(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/u, '!!');
}

/** Why a text cannot be used as it is, and what to do about it. */
function mistakeIn(text: string): { readonly message: string; readonly hint: string } | undefined {
  if (!isWellFormed(text)) {
    return {
      message: 'has half of a surrogate pair',
      hint: 'write the character itself, or both halves: "\\ud83d\\ude00"',
    };
  }
  if (text.includes('\0')) {
    return {
      message: 'cannot contain the character NUL',
      hint: 'remove it: file names, variables and commands cannot contain it',
    };
  }
  return undefined;
}
