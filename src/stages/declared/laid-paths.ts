import type { ConfigIssue } from '../../schema/kind.ts';
import { isWithin, whyNotBelow } from '../../schema/path-below.ts';

/** A path in a stage's folder, and the setting that names it. */
export interface LaidPath {
  readonly kind: 'file' | 'input' | 'output' | 'metrics file';
  /** Its name among paths of its kind: for a file, its path. */
  readonly name: string;
  readonly path: string;
  /** Where in `with` it was written; empty if a module's own code names it. */
  readonly setting: readonly string[];
}

/**
 * Paths that leave the folder, and pairs of which one equals the other or is inside it. Without these, the order of creating and collecting
 * them does not matter.
 */
export function checkLaidPaths(laid: readonly LaidPath[]): readonly ConfigIssue[] {
  const wrong = laid.flatMap((one) => {
    const issue = whyNotBelow(one.path);
    return issue
      ? [{ path: one.setting, message: `the path of ${wordsFor(one)} ${issue.message}`, hint: issue.hint }]
      : [];
  });
  return wrong.length > 0 ? wrong : overlaps(laid);
}

function overlaps(laid: readonly LaidPath[]): readonly ConfigIssue[] {
  return laid.flatMap((one, index) => {
    const other = laid.slice(0, index).find((before) => collide(one, before));
    return other ? [{ path: one.setting, message: overlapWords(one, other), hint: 'give each its own path' }] : [];
  });
}

/** A file that is named twice is one file; a metrics file may be inside an output. */
function collide(one: LaidPath, other: LaidPath): boolean {
  const kinds = new Set([one.kind, other.kind]);
  if (one.kind !== 'output' && kinds.size === 1 && !kinds.has('input')) return false;
  if (kinds.has('metrics file') && kinds.has('output')) return false;
  return isWithin(one.path, other.path) || isWithin(other.path, one.path);
}

function overlapWords(one: LaidPath, other: LaidPath): string {
  if (isWithin(one.path, other.path) && isWithin(other.path, one.path)) {
    return `${wordsFor(one)} has the same path as ${wordsFor(other)}: ${one.path}`;
  }
  const [inner, outer] = isWithin(one.path, other.path) ? [one, other] : [other, one];
  return `${wordsFor(inner)} (${inner.path}) is inside ${wordsFor(outer)} (${outer.path})`;
}

function wordsFor({ kind, name }: LaidPath): string {
  return `the ${kind} ${name}`;
}
