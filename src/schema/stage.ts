import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { UserError } from '../problem/errors.ts';
import type { Origin } from '../problem/problem.ts';
import { didYouMean } from '../problem/suggest.ts';
import { interpolate } from './interpolate.ts';
import type { InputPort, KindCatalogue, OutputPort, StageKind } from './kind.ts';
import { childOf, type Entry, entriesOf, locate, type Node, textOf, toJson } from './node.ts';
import type { ProblemList } from './problem-list.ts';
import { validate } from './validate.ts';
import { validatorOf } from './validator.ts';

/** What stages are checked against. */
export interface StageContext {
  readonly document: Node;
  /** The pipeline's file, against which module paths are resolved where no file wrote them. */
  readonly file: string;
  readonly kinds: KindCatalogue;
  readonly problems: ProblemList;
}

/** The inputs and outputs a stage has, given its configuration. */
export interface Ports {
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
}

/** A stage after its kind has looked at it; what was found wrong is absent, and reported. */
export interface CheckedStage {
  readonly id: string;
  readonly entry: Entry;
  readonly uses: string | undefined;
  readonly config: JsonObject | undefined;
  readonly params: Readonly<Record<string, Json>>;
  readonly ports: Ports | undefined;
}

/** Finds the kind of a stage, resolves its `with` and checks it against the kind. */
export async function checkStage(id: string, entry: Entry, context: StageContext): Promise<CheckedStage> {
  const uses = childOf(entry.value, 'uses');
  const kind = uses && (await findKind(uses, context));
  const written = entriesOf(entry.value).get('with');
  const empty: Node = { kind: 'map', entries: new Map(), origin: entry.key };
  const { node, used } = interpolate(written?.value ?? empty, context.document, context.problems);
  const settings = { key: written?.key ?? entry.key, value: node };
  const config = kind && node.kind === 'map' ? await checkConfig(id, settings, kind, context.problems) : undefined;
  return {
    id,
    entry,
    uses: textOf(uses),
    config,
    params: Object.fromEntries([...used].map(([path, value]) => [path, toJson(value)])),
    ports: kind?.ports ? config && kind.ports(config) : kind,
  };
}

async function findKind(uses: Node, { file, kinds, problems }: StageContext): Promise<StageKind | undefined> {
  const name = textOf(uses);
  if (!name) return undefined;
  const fromFile = 'file' in uses.origin ? uses.origin.file : file;
  try {
    const kind = await kinds.find(name, fromFile);
    if (!kind) reportUnknownKind(name, uses.origin, kinds.names, problems);
    else if (await isUsable(kind, uses.origin, problems)) return kind;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.add(error.message, uses.origin, { hint: error.hint });
  }
  return undefined;
}

/** A kind may come from a user's module, with a schema that cannot be compiled. */
async function isUsable(kind: StageKind, origin: Origin, problems: ProblemList): Promise<boolean> {
  try {
    await validatorOf(kind.config);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.add(`the schema of the stage kind "${kind.uses}" is wrong: ${reason}`, origin);
    return false;
  }
}

function reportUnknownKind(name: string, origin: Origin, known: readonly string[], problems: ProblemList): void {
  const isModule = name.startsWith('.') || name.startsWith('/');
  const message = isModule ? `there is no stage module "${name}"` : `unknown stage kind "${name}"`;
  const kinds = `known kinds: ${known.join(', ')}; or the path of a module, such as ./stage.ts`;
  const path = 'the path is relative to the file that says `uses`';
  problems.add(message, origin, { hint: isModule ? path : (didYouMean(name, known) ?? kinds) });
}

async function checkConfig(
  id: string,
  entry: Entry,
  kind: StageKind,
  problems: ProblemList,
): Promise<JsonObject | undefined> {
  const path = ['stages', id, 'with'];
  const config = await validate({ entry, path }, kind.config, problems);
  if (!isJsonObject(config) || holdsInvalid(entry.value)) return undefined;
  const issues = kind.check?.(config) ?? [];
  for (const issue of issues) {
    const at = locate(entry, path, issue.path);
    const origin = at.node.kind === 'map' ? at.key : at.node.origin;
    problems.add(`${at.name}: ${issue.message}`, origin, { hint: issue.hint, usedAs: at.usedAs });
  }
  return issues.length === 0 ? config : undefined;
}

function holdsInvalid(node: Node): boolean {
  if (node.kind === 'list') return node.items.some(holdsInvalid);
  if (node.kind === 'map') return [...node.entries.values()].some(({ value }) => holdsInvalid(value));
  return node.kind === 'invalid';
}
