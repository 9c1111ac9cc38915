import { inexactIn } from '../json/exact.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { UserError } from '../problem/errors.ts';
import type { Origin } from '../problem/problem.ts';
import { didYouMean } from '../problem/suggest.ts';
import {
  childOf,
  type DocumentNode,
  type Entry,
  entriesOf,
  type Located,
  locateNode,
  textOf,
  toJson,
} from './document-node.ts';
import { interpolate } from './interpolate.ts';
import type { ConfigIssue, KindCatalogue, Ports, StageKind } from './kind.ts';
import { portIssue } from './ports.ts';
import type { ProblemList } from './problem-list.ts';
import { validate } from './validate.ts';
import { validatorOf } from './validator.ts';

/** What stages are checked against. */
export interface CheckContext {
  readonly document: DocumentNode;
  /** The pipeline file; module paths are relative to it if no file contains them. */
  readonly file: string;
  readonly kinds: KindCatalogue;
  readonly problems: ProblemList;
}

/** A stage after the check by its kind; parts with problems are absent, and reported. */
export interface CheckedStage {
  readonly id: string;
  readonly entry: Entry;
  readonly uses: string | undefined;
  readonly kind: StageKind | undefined;
  /** Its `with`, references resolved. */
  readonly settings: Entry;
  readonly config: JsonObject | undefined;
  readonly params: Readonly<Record<string, Json>>;
  /** Given its configuration. */
  readonly ports: Ports | undefined;
}

/** Finds the kind of a stage, resolves its `with` and checks it against the kind. */
export async function checkStage(id: string, entry: Entry, context: CheckContext): Promise<CheckedStage> {
  const uses = childOf(entry.value, 'uses');
  const kind = uses && (await findKind(uses, context));
  if (kind) reportProcessSettings(id, entry, kind, context.problems);
  const written = entriesOf(entry.value).get('with');
  const empty: DocumentNode = { kind: 'map', entries: new Map(), origin: entry.key };
  const { node, used } = interpolate(written?.value ?? empty, context.document, context.problems);
  const settings = { key: written?.key ?? entry.key, value: node };
  const config = kind && node.kind === 'map' ? await checkConfig(id, settings, kind, context.problems) : undefined;
  const ports = kind?.ports ? config && kind.ports(config) : kind;
  if (ports) reportUnknownOutputs(id, entry, ports, context.problems);
  return {
    id,
    entry,
    uses: textOf(uses),
    kind,
    settings,
    config,
    params: Object.fromEntries([...used].map(([path, value]) => [path, toJson(value)])),
    ports,
  };
}

/** Reports each output under `report` that the stage does not have. */
function reportUnknownOutputs(id: string, entry: Entry, { outputs }: Ports, problems: ProblemList): void {
  const shown = childOf(entry.value, 'report');
  const names = Object.keys(outputs);
  for (const item of shown?.kind === 'list' ? shown.items : []) {
    const name = textOf(item);
    if (name === undefined || names.includes(name)) continue;
    problems.add(`stages.${id}.report: the stage has no output "${name}"`, item.origin, {
      hint: didYouMean(name, names) ?? `its outputs are: ${names.join(', ')}`,
    });
  }
}

/** Settings that only a stage with foreign code may have. */
const processSettings = ['lane', 'cpus', 'contain'] as const;

function reportProcessSettings(id: string, entry: Entry, kind: StageKind, problems: ProblemList): void {
  if (kind.runsForeignCode) return;
  for (const name of processSettings) {
    const setting = entriesOf(entry.value).get(name);
    if (!setting) continue;
    problems.add(
      `stages.${id}.${name} is for commands and modules only; stages of kind ${kind.uses} set it themselves`,
      setting.key,
      {
        hint: 'remove it',
      },
    );
  }
}

async function findKind(uses: DocumentNode, { file, kinds, problems }: CheckContext): Promise<StageKind | undefined> {
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

/** A kind may come from a user's module, with an invalid schema, or with outputs outside their folder. */
async function isUsable(kind: StageKind, origin: Origin, problems: ProblemList): Promise<boolean> {
  const issue = portIssue(kind);
  if (issue) {
    problems.add(`${kind.uses}: ${issue.message}`, origin, { hint: issue.hint });
    return false;
  }
  try {
    await validatorOf(kind.config);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.add(`the schema of the stage kind "${kind.uses}" is invalid: ${reason}`, origin);
    return false;
  }
}

function reportUnknownKind(name: string, origin: Origin, known: readonly string[], problems: ProblemList): void {
  const isModule = name.startsWith('.') || name.startsWith('/');
  const message = isModule ? `there is no stage module "${name}"` : `unknown stage kind "${name}"`;
  const kinds = `known kinds: ${known.join(', ')}; or the path of a module, such as ./stage.ts`;
  const path = 'the path is relative to the file that contains `uses`';
  problems.add(message, origin, { hint: isModule ? path : (didYouMean(name, known) ?? kinds) });
}

async function checkConfig(
  id: string,
  entry: Entry,
  kind: StageKind,
  problems: ProblemList,
): Promise<JsonObject | undefined> {
  const config = await validate({ entry, path: settingsPath(id) }, kind.config, problems);
  if (!isJsonObject(config) || holdsInvalid(entry.value)) return undefined;
  const inexact = inexactIn(config);
  if (inexact) {
    const name = [...settingsPath(id), ...inexact].join('.');
    problems.add(`the default of ${name} in its kind's schema cannot be part of a key`, entry.key, {
      hint: 'numbers must be finite and exact, and text must be Unicode: give it a value here',
    });
    return undefined;
  }
  const issues = kind.check?.(config) ?? [];
  reportIssues({ id, settings: entry }, issues, problems);
  return issues.length === 0 ? config : undefined;
}

/** Reports broken rules of a stage's `with`, each at the place of the value. */
export function reportIssues(
  { id, settings }: Pick<CheckedStage, 'id' | 'settings'>,
  issues: readonly ConfigIssue[],
  problems: ProblemList,
): void {
  for (const { path, message, hint } of issues) {
    const at = locateNode(settings, settingsPath(id), path);
    problems.add(`${at.name}: ${message}`, originOf(at), { hint, usedAs: at.usedAs });
  }
}

/** Where the value of each setting of a stage was written, by its name in `with`. */
export function settingOrigins({ id, settings }: Pick<CheckedStage, 'id' | 'settings'>): Record<string, Origin> {
  const names = [...entriesOf(settings.value).keys()];
  return Object.fromEntries(names.map((name) => [name, originOf(locateNode(settings, settingsPath(id), [name]))]));
}

function settingsPath(id: string): readonly string[] {
  return ['stages', id, 'with'];
}

function originOf({ node, key }: Located): Origin {
  return node.kind === 'map' ? key : node.origin;
}

function holdsInvalid(node: DocumentNode): boolean {
  if (node.kind === 'list') return node.items.some(holdsInvalid);
  if (node.kind === 'map') return [...node.entries.values()].some(({ value }) => holdsInvalid(value));
  return node.kind === 'invalid';
}
