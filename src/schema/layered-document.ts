import { didYouMean } from '../problem/suggest.ts';
import { childOf, type DocumentNode, type Entry, entriesOf, textOf } from './document-node.ts';
import { referencesIn } from './interpolate.ts';
import { mergePatch, neighbours } from './merge.ts';
import { type Assignment, readSet } from './option.ts';
import { patchAt } from './patch-at.ts';
import type { ProblemList } from './problem-list.ts';
import type { SourceNames, Texts } from './sources.ts';
import { parseYaml } from './yaml/parse.ts';
import { originInFile } from './yaml/text-origin.ts';

/** The layers of a document, merged over each other. */
export interface LayeredDocument {
  readonly document: DocumentNode;
  /** What stages refer to, in any layer. */
  readonly references: ReadonlySet<string>;
  /** What the `--set` options set. */
  readonly sets: readonly Assignment[];
}

/** Merges the overlays over the file, in order, and then the `--set` options; undefined if one of them cannot be read. */
export function layLayers(names: SourceNames, texts: Texts, problems: ProblemList): LayeredDocument | undefined {
  const read = (file: string) => {
    const text = texts.get(file);
    return text === undefined ? undefined : parseYaml(text, originInFile(file, text), problems);
  };
  const base = read(names.file);
  const overlays = names.overlays.map(read);
  const given = names.sets.map((text) => readSet(text, problems));
  if (!base || overlays.includes(undefined) || given.includes(undefined)) return undefined;
  const patches = overlays
    .filter((overlay) => overlay !== undefined)
    .flatMap((overlay) => patchIn(overlay, textOf(childOf(base, 'name')), problems) ?? []);
  const sets = given.filter((set) => set !== undefined);
  const merged = patches.reduce((document, patch) => layPatch(document, patch, problems), base);
  return {
    document: sets.reduce((document, set) => assign(document, set, problems), merged),
    references: new Set([base, ...patches, ...sets.map(({ entry }) => entry.value)].flatMap(referencesIn)),
    sets,
  };
}

/** The document with one value set as by `--set`: a step of the path into a list is the index of an element, from 0. */
export function assign(document: DocumentNode, { path, entry }: Assignment, problems: ProblemList): DocumentNode {
  const patch = patchAt(document, path, entry, problems);
  return patch ? layPatch(document, patch, problems) : document;
}

/** Merges a patch, and reports the parts that have no effect or would create an incomplete stage. */
function layPatch(document: DocumentNode, patch: DocumentNode, problems: ProblemList): DocumentNode {
  const known = withoutUnknownStages(document, patch, problems);
  if (!known) return document;
  return mergePatch(document, known, (what, path, origin) => {
    const hint = () => didYouMean(path.at(-1) ?? '', neighbours(document, path));
    const where = path.length > 0 ? `: ${path.join('.')}` : '';
    problems.add(`${what}${where}`, origin, { hint: what === 'nothing to delete' ? hint : undefined });
  });
}

/** A patch of a stage that does not exist, without `uses`, is a misspelt stage. Undefined if nothing is left. */
function withoutUnknownStages(
  document: DocumentNode,
  patch: DocumentNode,
  problems: ProblemList,
): DocumentNode | undefined {
  const stages = childOf(patch, 'stages');
  const known = entriesOf(childOf(document, 'stages'));
  if (patch.kind !== 'map' || stages?.kind !== 'map') return patch;
  const kept = new Map<string, Entry>();
  for (const [id, entry] of stages.entries) {
    const isNew = entry.value.kind === 'map' && !known.has(id);
    if (!isNew || entriesOf(entry.value).has('uses')) kept.set(id, entry);
    else
      problems.add(`unknown stage "${id}"`, entry.key, {
        hint: () => didYouMean(id, known.keys()) ?? 'a new stage needs `uses`',
      });
  }
  if (kept.size === stages.entries.size) return patch;
  const entries = new Map(patch.entries);
  if (kept.size > 0) entries.set('stages', { ...patch.entries.get('stages')!, value: { ...stages, entries: kept } });
  else entries.delete('stages');
  return entries.size > 0 ? { ...patch, entries } : undefined;
}

/** The key of an overlay that names the pipelines it was written for. It is no part of the patch. */
export const addressee = {
  key: 'for',
  schema: {
    type: ['string', 'array'],
    minLength: 1,
    items: { type: 'string', minLength: 1 },
    minItems: 1,
    description: 'the name of the pipeline that this overlay is for, or a list of names; others refuse it',
  },
} as const;

/** What an overlay changes in a pipeline of this name; undefined, and a problem, if it is no overlay, or one for others. */
function patchIn(overlay: DocumentNode, pipeline: string | undefined, problems: ProblemList): DocumentNode | undefined {
  if (overlay.kind !== 'map') {
    problems.add('an overlay must be an object', overlay.origin, { hint: 'write the keys to change, such as params:' });
    return undefined;
  }
  const addressed = overlay.entries.get(addressee.key);
  if (!addressed) return overlay;
  const { value } = addressed;
  const names = (value.kind === 'list' ? value.items : [value]).map(textOf);
  if (names.length === 0 || names.includes(undefined)) {
    const hint = addressee.schema.description;
    problems.add(`${addressee.key} must be text or a list of texts`, value.origin, { hint });
    return undefined;
  }
  if (pipeline !== undefined && !names.includes(pipeline)) {
    const message = `this overlay is for ${names.map((name) => `"${name}"`).join(' or ')}, not for "${pipeline}"`;
    const hint = `leave out the overlay, or if it fits, add "${pipeline}" to \`${addressee.key}\``;
    problems.add(message, value.origin, { hint });
    return undefined;
  }
  const entries = new Map(overlay.entries);
  entries.delete(addressee.key);
  return { ...overlay, entries };
}
