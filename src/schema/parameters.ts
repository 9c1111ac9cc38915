import type { Origin } from '../problem/problem.ts';
import { renderOrigin } from '../problem/render.ts';
import { closest } from '../problem/suggest.ts';
import { childOf, type DocumentNode, describeNode, type Entry, entriesOf } from './document-node.ts';
import type { ProblemList } from './problem-list.ts';
import { reportRemoved } from './removed.ts';

/** The parameter that a reference at `origin` names, e.g. `params.temperature`; a missing parameter is reported. */
export function findParameter(
  name: string,
  document: DocumentNode,
  origin: Origin,
  problems: ProblemList,
): Entry | undefined {
  const steps = name.split('.');
  if (steps[0] !== 'params' || steps.length < 2) {
    const hint = () => suggestParameter(name, parameterPaths(document)) ?? 'write ${params.name}';
    problems.add(`\${${name}} does not name a parameter`, origin, { hint });
    return undefined;
  }
  let entry: Entry = { key: origin, value: document };
  for (const [depth, step] of steps.entries()) {
    const holder = entry.value;
    if (holder.kind === 'invalid') return undefined;
    const next = entriesOf(holder).get(step);
    if (next) {
      entry = next;
      continue;
    }
    if (reportRemoved(holder, step, steps.slice(0, depth + 1).join('.'), origin, problems)) return undefined;
    if (holder.kind === 'map') {
      problems.add(`unknown parameter "${name}"`, origin, {
        hint: () => suggestParameter(name, parameterPaths(document)),
      });
    } else {
      const message = `${steps.slice(0, depth).join('.')} expects an object, got ${describeNode(holder)}`;
      problems.add(message, holder.origin, { hint: `\${${name}} is used at ${renderOrigin(origin)}` });
    }
    return undefined;
  }
  return entry;
}

/**
 * Reports each parameter that no stage refers to: in the pipeline file it is a leftover, in an overlay or an option a misspelt name.
 * @param references what the stages refer to, in the file or in any overlay, so that an overlay may remove a stage.
 */
export function reportUnused(
  document: DocumentNode,
  references: ReadonlySet<string>,
  file: string,
  problems: ProblemList,
): void {
  const holders = new Set([...references].flatMap(holdersOf));
  const known = [
    ...parameterPaths(document).filter((path) => references.has(path) || holders.has(path)),
    ...references,
  ];
  const visit = (path: string, { key, value }: Entry): void => {
    if (references.has(path) || value.kind === 'invalid') return;
    const below = entriesOf(value);
    if (holders.has(path)) {
      for (const [name, entry] of below) visit(`${path}.${name}`, entry);
    } else if (isIn(file, key)) {
      problems.add(`no stage uses ${path}`, key, { hint: `remove it, or refer to it as \${${path}}` });
    } else {
      const hint = () => suggestParameter(path, known) ?? 'no stage refers to it';
      problems.add(`unknown parameter "${path}"`, key, { hint });
    }
  };
  for (const [name, entry] of entriesOf(childOf(document, 'params'))) visit(`params.${name}`, entry);
}

/** The objects that a reference goes through: `params.a` of `params.a.b`. */
function holdersOf(reference: string): readonly string[] {
  const steps = reference.split('.');
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('.'));
}

function isIn(file: string, origin: Origin): boolean {
  return 'file' in origin && origin.file === file;
}

/** The path of every parameter and of every object of parameters. */
function parameterPaths(document: DocumentNode): readonly string[] {
  const pathsBelow = (node: DocumentNode | undefined, path: string): string[] =>
    [...entriesOf(node)].flatMap(([key, { value }]) => [`${path}.${key}`, ...pathsBelow(value, `${path}.${key}`)]);
  return pathsBelow(childOf(document, 'params'), 'params');
}

/** Asks whether a known path was meant: a sibling with a similar name, or one elsewhere with the same name. */
function suggestParameter(written: string, known: readonly string[]): string | undefined {
  const { above, name } = cutLast(written);
  const beside = known.map(cutLast).filter((other) => other.above === above);
  const similar = closest(
    name,
    beside.map((other) => other.name),
  );
  const elsewhere = known.filter((path) => path !== written && cutLast(path).name === name);
  const meant = similar === undefined ? elsewhere[0] : `${above}.${similar}`;
  return meant && `did you mean "${meant}"?`;
}

function cutLast(path: string): { above: string; name: string } {
  const dot = path.lastIndexOf('.');
  return { above: path.slice(0, Math.max(0, dot)), name: path.slice(dot + 1) };
}
