import type { ConfigIssue } from '../../schema/kind.ts';
import { isWithin, plainPath, whyNotBelow } from '../../schema/path-below.ts';

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
  const before = new LaidBefore();
  return laid.flatMap((one) => {
    const other = before.colliding(one);
    before.add(one);
    return other ? [{ path: one.setting, message: overlapWords(one, other), hint: 'give each its own path' }] : [];
  });
}

/** Paths by the folders that they are in: comparing each path with each other takes minutes for 10,000 inputs. */
class LaidBefore {
  readonly #order = new Map<LaidPath, number>();
  readonly #at = new Map<string, LaidPath[]>();
  readonly #inside = new Map<string, LaidPath[]>();

  add(one: LaidPath): void {
    this.#order.set(one, this.#order.size);
    const [path, ...folders] = withFolders(one.path);
    append(this.#at, path!, one);
    for (const folder of folders) append(this.#inside, folder, one);
  }

  /** The first path that was added and cannot exist together with this one. */
  colliding(one: LaidPath): LaidPath | undefined {
    const places = withFolders(one.path);
    const lists = [...places.map((place) => this.#at.get(place)), this.#inside.get(places[0]!)];
    const found = lists.flatMap((list) => list?.find((other) => exclude(one, other)) ?? []);
    return found.sort((a, b) => this.#order.get(a)! - this.#order.get(b)!)[0];
  }
}

/** A plain path, and the folders above it: `a/b/c`, `a/b`, `a`. */
function withFolders(path: string): readonly string[] {
  const names = plainPath(path).split('/');
  return names.map((_, above) => names.slice(0, names.length - above).join('/'));
}

function append(lists: Map<string, LaidPath[]>, place: string, one: LaidPath): void {
  const list = lists.get(place);
  if (list) list.push(one);
  else lists.set(place, [one]);
}

/** Whether two kinds of paths must not overlap: a file that is named twice is one file, and metrics may be in an output. */
function exclude({ kind: one }: LaidPath, { kind: other }: LaidPath): boolean {
  if (one === other) return one === 'input' || one === 'output';
  return !(one === 'metrics file' && other === 'output') && !(one === 'output' && other === 'metrics file');
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
