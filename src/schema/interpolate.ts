import { type DocumentNode, describeNode, type Entry, type ScalarNode, textOf } from './document-node.ts';
import { findParameter } from './parameters.ts';
import type { ProblemList } from './problem-list.ts';

type ReferencePiece = Extract<Piece, { kind: 'reference' }>;

/** A tree without `${…}`, and the parameters its values came from. */
export interface Resolved {
  readonly node: DocumentNode;
  readonly used: ReadonlyMap<string, DocumentNode>;
}

/**
 * Replaces references by parameters: if a value is only `${params.x}`, it becomes the parameter, with its type; inside text, the parameter
 * becomes text. References that cannot be resolved are reported and become invalid.
 */
export function interpolate(node: DocumentNode, document: DocumentNode, problems: ProblemList): Resolved {
  const used = new Map<string, DocumentNode>();
  const find = (reference: ReferencePiece, scalar: ScalarNode): Entry | undefined => {
    const origin = openingOf(scalar, reference);
    if (!reference.closed) {
      problems.add('this ${ is never closed', origin, {
        hint: 'write ${params.name}; write $${ for the characters ${',
      });
      return undefined;
    }
    const entry = findParameter(reference.name, document, origin, problems);
    if (entry) used.set(reference.name, entry.value);
    return entry;
  };
  const textFor = (reference: ReferencePiece, scalar: ScalarNode): string | undefined => {
    const value = find(reference, scalar)?.value;
    if (!value || value.kind === 'invalid') return undefined;
    if (value.kind === 'scalar' && value.value !== null) return String(value.value);
    const message = `${reference.name} is ${describeNode(value)} and cannot be put into text`;
    problems.add(message, openingOf(scalar, reference), { hint: 'only text, numbers, true and false can' });
    return undefined;
  };
  const resolved = mapTemplates(node, (scalar, pieces) => {
    const [only] = pieces;
    if (pieces.length === 1 && only?.kind === 'reference') {
      const entry = find(only, scalar);
      return entry && { ...entry.value, via: { parameter: only.name, key: entry.key } };
    }
    const texts = pieces.map((piece) => (piece.kind === 'text' ? piece.text : textFor(piece, scalar)));
    return texts.includes(undefined) ? undefined : textNode(texts.join(''), scalar);
  });
  return { node: resolved, used };
}

/** Reports each `${…}` in a tree that allows none, and turns `$${` into `${`. */
export function withoutReferences(node: DocumentNode, problems: ProblemList): DocumentNode {
  return mapTemplates(node, (scalar, pieces) => {
    const references = pieces.filter((piece) => piece.kind === 'reference');
    for (const reference of references) {
      const hint = 'references can be used only in the `with` of a stage; write $${ for the characters ${';
      problems.add('${…} is not allowed here', openingOf(scalar, reference), { hint });
    }
    const texts = pieces.map((piece) => (piece.kind === 'text' ? piece.text : ''));
    return references.length > 0 ? undefined : textNode(texts.join(''), scalar);
  });
}

/** The names of all references in a tree, e.g. `params.temperature`. */
export function referencesIn(node: DocumentNode): readonly string[] {
  if (node.kind === 'list') return node.items.flatMap(referencesIn);
  if (node.kind === 'map') return [...node.entries.values()].flatMap(({ value }) => referencesIn(value));
  if (node.kind === 'invalid' || !node.openings) return [];
  return piecesOf(textOf(node) ?? '').flatMap((piece) => (piece.kind === 'reference' ? [piece.name] : []));
}

function openingOf(scalar: ScalarNode, reference: ReferencePiece) {
  return scalar.openings?.[reference.opening] ?? scalar.origin;
}

function textNode(value: string, { origin }: ScalarNode): DocumentNode {
  return { kind: 'scalar', value, origin };
}

/** Replaces a text that contains `${`; undefined if it is wrong, which has then been reported. */
type Replace = (scalar: ScalarNode, pieces: readonly Piece[]) => DocumentNode | undefined;

/** The tree with each text that contains `${` replaced; parts without any are shared, not copied. */
function mapTemplates(node: DocumentNode, replace: Replace): DocumentNode {
  if (node.kind === 'scalar') {
    if (!node.openings) return node;
    return replace(node, piecesOf(textOf(node) ?? '')) ?? { kind: 'invalid', origin: node.origin };
  }
  if (node.kind === 'list') {
    const items = node.items.map((item) => mapTemplates(item, replace));
    return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
  }
  if (node.kind === 'invalid') return node;
  let entries: Map<string, Entry> | undefined;
  for (const [key, entry] of node.entries) {
    const value = mapTemplates(entry.value, replace);
    if (value === entry.value) continue;
    entries ??= new Map(node.entries);
    entries.set(key, { ...entry, value });
  }
  return entries ? { ...node, entries } : node;
}

/** A piece of a text: literal text, or a `${…}` to be replaced. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** `opening` counts every `${` of the text from 0, including escaped ones. */
  | { readonly kind: 'reference'; readonly name: string; readonly closed: boolean; readonly opening: number };

/** Splits a text at its `${…}`; `$${` stands for the characters `${`. */
function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  let opening = 0;
  for (let at = 0; at < text.length; ) {
    if (text.startsWith('$${', at)) {
      plain += '${';
      opening += 1;
      at += 3;
    } else if (text.startsWith('${', at)) {
      const end = text.indexOf('}', at);
      if (plain !== '') pieces.push({ kind: 'text', text: plain });
      plain = '';
      pieces.push({
        kind: 'reference',
        name: text.slice(at + 2, end < 0 ? text.length : end).trim(),
        closed: end >= 0,
        opening,
      });
      opening += 1;
      at = end < 0 ? text.length : end + 1;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain !== '' || pieces.length === 0) pieces.push({ kind: 'text', text: plain });
  return pieces;
}
