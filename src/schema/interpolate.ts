import { describe, type Entry, entriesOf, type Node, type ScalarNode, textOf } from './node.ts';
import { parameterPaths, suggestParameter } from './parameters.ts';
import type { ProblemList } from './problem-list.ts';
import { type Piece, piecesOf } from './template.ts';

type Reference = Extract<Piece, { kind: 'reference' }>;

/** A tree without `${…}`, and the parameters its values came from. */
export interface Resolved {
  readonly node: Node;
  readonly used: ReadonlyMap<string, Node>;
}

/**
 * Puts the parameters in: a value that is nothing but `${params.x}` takes the parameter as it is, with its type;
 * inside text it becomes text. What cannot be resolved is reported and becomes invalid.
 */
export function interpolate(node: Node, document: Node, problems: ProblemList): Resolved {
  const used = new Map<string, Node>();
  return { node: new Interpolation(document, problems, used).resolve(node), used };
}

/** The names of all references in a tree, e.g. `params.temperature`. */
export function referencesIn(node: Node): readonly string[] {
  if (node.kind === 'list') return node.items.flatMap(referencesIn);
  if (node.kind === 'map') return [...node.entries.values()].flatMap(({ value }) => referencesIn(value));
  if (node.kind === 'invalid' || !node.openings) return [];
  return piecesOf(textOf(node) ?? '').flatMap((piece) => (piece.kind === 'reference' ? [piece.name] : []));
}

/** Reports each `${…}` in a tree that takes none, and turns `$${` into `${`. */
export function withoutReferences(node: Node, problems: ProblemList): Node {
  return mapScalars(node, (scalar) => {
    const text = piecesOf(String(scalar.value)).map((piece) => {
      if (piece.kind === 'text') return piece.text;
      const hint = 'references belong into the `with` of a stage; write $${ for the characters ${';
      problems.add('there can be no ${…} here', openingOf(scalar, piece), { hint });
      return '';
    });
    return { kind: 'scalar', value: text.join(''), origin: scalar.origin };
  });
}

class Interpolation {
  readonly #document: Node;
  readonly #problems: ProblemList;
  readonly #used: Map<string, Node>;

  constructor(document: Node, problems: ProblemList, used: Map<string, Node>) {
    this.#document = document;
    this.#problems = problems;
    this.#used = used;
  }

  resolve(node: Node): Node {
    return mapScalars(node, (scalar) => this.#scalar(scalar));
  }

  #scalar(scalar: ScalarNode): Node {
    const pieces = piecesOf(String(scalar.value));
    const [only] = pieces;
    if (pieces.length === 1 && only?.kind === 'reference') {
      const entry = this.#find(only, scalar);
      if (!entry) return { kind: 'invalid', origin: scalar.origin };
      return { ...entry.value, via: { parameter: only.name, key: entry.key } };
    }
    const texts = pieces.map((piece) => (piece.kind === 'text' ? piece.text : this.#text(piece, scalar)));
    if (texts.includes(undefined)) return { kind: 'invalid', origin: scalar.origin };
    return { kind: 'scalar', value: texts.join(''), origin: scalar.origin };
  }

  #text(piece: Reference, scalar: ScalarNode): string | undefined {
    const value = this.#find(piece, scalar)?.value;
    if (!value || value.kind === 'invalid') return undefined;
    if (value.kind === 'scalar' && value.value !== null) return String(value.value);
    const message = `${piece.name} is ${describe(value)} and cannot be put into text`;
    this.#problems.add(message, openingOf(scalar, piece), { hint: 'only text, numbers, true and false can' });
    return undefined;
  }

  /** The parameter a reference names. */
  #find(piece: Reference, scalar: ScalarNode): Entry | undefined {
    const report = (message: string, hint?: string) => {
      this.#problems.add(message, openingOf(scalar, piece), { hint });
      return undefined;
    };
    if (!piece.closed)
      return report('this ${ is never closed', 'write ${params.name}; write $${ for the characters ${');
    const path = piece.name.split('.');
    if (path[0] !== 'params' || path.length < 2) {
      const hint = suggestParameter(piece.name, parameterPaths(this.#document));
      return report(`\${${piece.name}} names no parameter`, hint ?? 'write ${params.name}');
    }
    let node: Node | undefined = this.#document;
    let entry: Entry | undefined;
    for (const [depth, step] of path.entries()) {
      if (node?.kind === 'invalid') return undefined;
      entry = entriesOf(node).get(step);
      if (!entry) {
        const hint = removedHint(node, step) ?? suggestParameter(piece.name, parameterPaths(this.#document));
        if (node?.kind === 'map' || depth === 1) return report(`unknown parameter "${piece.name}"`, hint);
        const above = path.slice(0, depth).join('.');
        return report(
          `unknown parameter "${piece.name}"`,
          `${above} is ${node ? describe(node) : 'not there'}, without keys`,
        );
      }
      node = entry.value;
    }
    if (entry) this.#used.set(piece.name, entry.value);
    return entry;
  }
}

/** Says who took a key away, where an overlay or an option did. */
export function removedHint(node: Node | undefined, key: string): string | undefined {
  const origin = node?.kind === 'map' ? node.removed?.get(key) : undefined;
  if (!origin) return undefined;
  return `it was taken away by ${'file' in origin ? `${origin.file}:${origin.line}` : origin.option}`;
}

function openingOf(scalar: ScalarNode, piece: Reference) {
  return scalar.openings?.[piece.opening] ?? scalar.origin;
}

/** The tree with each text that holds `${` replaced; parts without any are shared, not copied. */
function mapScalars(node: Node, replace: (scalar: ScalarNode) => Node): Node {
  if (node.kind === 'scalar') return node.openings ? replace(node) : node;
  if (node.kind === 'list') {
    const items = node.items.map((item) => mapScalars(item, replace));
    return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
  }
  if (node.kind === 'invalid') return node;
  let entries: Map<string, Entry> | undefined;
  for (const [key, entry] of node.entries) {
    const value = mapScalars(entry.value, replace);
    if (value === entry.value) continue;
    entries ??= new Map(node.entries);
    entries.set(key, { ...entry, value });
  }
  return entries ? { ...node, entries } : node;
}
