import type { Origin } from '../problem/problem.ts';
import { didYouMean } from '../problem/suggest.ts';
import { parameterPaths } from './interpolate.ts';
import { type Entry, entriesOf, type Node } from './node.ts';
import type { ProblemList } from './problem-list.ts';

/**
 * Reports each parameter that no stage refers to: in the pipeline's own file it is a leftover, in an overlay or an
 * option a misspelt name.
 * @param references what the stages refer to, in the file or in any overlay, so that an overlay may drop a stage.
 */
export function reportUnused(
  document: Node,
  references: ReadonlySet<string>,
  file: string,
  problems: ProblemList,
): void {
  const holders = new Set([...references].flatMap(holdersOf));
  const known = parameterPaths(document).filter((path) => references.has(path) || holders.has(path));
  const visit = (path: string, { key, value }: Entry): void => {
    if (references.has(path)) return;
    const below = entriesOf(value);
    if (holders.has(path)) {
      for (const [name, entry] of below) visit(`${path}.${name}`, entry);
    } else if (isIn(file, key)) {
      problems.add(`${path} is used by no stage`, key, { hint: `remove it, or refer to it as \${${path}}` });
    } else {
      const hint = didYouMean(path, [...known, ...references]) ?? 'no stage refers to it';
      problems.add(`unknown parameter "${path}"`, key, { hint });
    }
  };
  for (const [name, entry] of entriesOf(entriesOf(document).get('params')?.value)) visit(`params.${name}`, entry);
}

/** The objects a reference looks into: `params.a` of `params.a.b`. */
function holdersOf(reference: string): readonly string[] {
  const steps = reference.split('.');
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('.'));
}

function isIn(file: string, origin: Origin): boolean {
  return 'file' in origin && origin.file === file;
}
