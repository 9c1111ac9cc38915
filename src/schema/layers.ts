import type { Origin } from '../problem/problem.ts';
import { didYouMean } from '../problem/suggest.ts';
import { referencesIn } from './interpolate.ts';
import { mergePatch, neighbours, patchAt } from './merge.ts';
import { childOf, type Entry, entriesOf, type Node } from './node.ts';
import { type Assignment, readSet } from './option.ts';
import { parseYaml } from './parse.ts';
import { filePlace } from './place.ts';
import type { ProblemList } from './problem-list.ts';

/** What the layers of a document are read from. */
export interface LayerRequest {
  readonly file: string;
  readonly overlays: readonly string[];
  readonly sets: readonly string[];
  readText(path: string): Promise<string>;
}

/** The layers of a document laid over one another. */
export interface Layers {
  /** Undefined where a layer could not be read. */
  readonly document: Node | undefined;
  /** What stages refer to, in any layer. */
  readonly references: ReadonlySet<string>;
  /** The text of each file. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Reads the file, lays the overlays over it in order, then the `--set` options. */
export async function readLayers(request: LayerRequest, problems: ProblemList): Promise<Layers> {
  const sources = new Map<string, string>();
  const read = async (file: string, origin: Origin) => {
    const text = await readSource(file, origin, request, problems);
    if (text === undefined) return undefined;
    sources.set(file, text);
    return parseYaml(text, filePlace(file, text), problems);
  };
  const base = await read(request.file, { option: request.file });
  const overlays = await Promise.all(request.overlays.map((file) => read(file, overlayOrigin(file))));
  const sets = request.sets.map((text) => readSet(text, problems));
  if (!base || overlays.includes(undefined) || sets.includes(undefined)) {
    return { document: undefined, references: new Set(), sources };
  }
  const references = new Set(referencesIn(base));
  const patches = [...overlays.filter(isPresent).filter((overlay) => isPatch(overlay, problems))];
  for (const patch of patches) for (const reference of referencesIn(patch)) references.add(reference);
  const laid = patches.reduce((document, patch) => layPatch(document, patch, problems), base);
  const document = sets.filter(isPresent).reduce((below, assignment) => assign(below, assignment, problems), laid);
  return { document, references, sources };
}

/** The order in which problems are told: the file, the overlays, the options. */
export function sourceOrder(request: LayerRequest, sweeps: readonly string[]): readonly string[] {
  return [
    request.file,
    ...request.overlays.flatMap((file) => [file, `--overlay ${file}`]),
    ...request.sets.map((text) => `--set ${text}`),
    ...sweeps.map((text) => `--sweep ${text}`),
  ];
}

/** The document with one value set as by `--set`. */
export function assign(document: Node, { path, entry }: Assignment, problems: ProblemList): Node {
  return layPatch(document, patchAt(path, entry), problems);
}

/** Merges a patch and reports what in it changes nothing, or would make half a stage. */
function layPatch(document: Node, patch: Node, problems: ProblemList): Node {
  const known = withoutUnknownStages(document, patch, problems);
  if (!known) return document;
  return mergePatch(document, known, (what, path, origin) => {
    const hint = didYouMean(path.at(-1) ?? '', neighbours(document, path));
    const where = path.length > 0 ? `: ${path.join('.')}` : '';
    problems.add(`${what}${where}`, origin, { hint: what === 'nothing to delete' ? hint : undefined });
  });
}

/** A patch of a stage that is not there, and that says no `uses`, means another stage. Undefined where nothing is left. */
function withoutUnknownStages(document: Node, patch: Node, problems: ProblemList): Node | undefined {
  const stages = childOf(patch, 'stages');
  const known = entriesOf(childOf(document, 'stages'));
  if (patch.kind !== 'map' || stages?.kind !== 'map') return patch;
  const kept = new Map<string, Entry>();
  for (const [id, entry] of stages.entries) {
    const isNew = entry.value.kind === 'map' && !known.has(id);
    if (!isNew || entriesOf(entry.value).has('uses')) kept.set(id, entry);
    else
      problems.add(`unknown stage "${id}"`, entry.key, {
        hint: didYouMean(id, known.keys()) ?? 'a new stage needs `uses`',
      });
  }
  if (kept.size === stages.entries.size) return patch;
  const entries = new Map(patch.entries);
  if (kept.size > 0) entries.set('stages', { ...patch.entries.get('stages')!, value: { ...stages, entries: kept } });
  else entries.delete('stages');
  return entries.size > 0 ? { ...patch, entries } : undefined;
}

function isPatch(overlay: Node, problems: ProblemList): boolean {
  if (overlay.kind === 'map') return true;
  problems.add('an overlay must be an object', overlay.origin, { hint: 'write the keys to change, such as params:' });
  return false;
}

async function readSource(
  file: string,
  origin: Origin,
  { readText }: LayerRequest,
  problems: ProblemList,
): Promise<string | undefined> {
  try {
    return (await readText(file)).replace(/^\ufeff/u, '').replaceAll('\r\n', '\n');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    problems.add(`${file} cannot be read: ${reasons[String(error.code)] ?? error.code}`, origin);
    return undefined;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such file',
  ENOTDIR: 'part of its path is not a directory',
};

function overlayOrigin(file: string): Origin {
  return { option: `--overlay ${file}`, column: '--overlay '.length + 1, length: file.length };
}

function isPresent<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
