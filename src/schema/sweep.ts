import type { Json } from '../json/json.ts';
import { childOf, type DocumentNode, type Entry, entriesOf, type ListNode, toJson } from './document-node.ts';
import type { Assignment } from './option.ts';
import type { ProblemList } from './problem-list.ts';

/** One combination of swept values. */
export interface Variant {
  readonly assignments: readonly Assignment[];
  /** The values by path. */
  readonly values: Readonly<Record<string, Json>>;
}

/** The list of values one path takes. */
export interface Sweep {
  readonly name: string;
  readonly key: Entry['key'];
  readonly values: ListNode;
}

/** More variants than anybody wants to wait for: probably a list too many. */
const mostVariants = 1000;

/** All combinations of swept values, the last path changing fastest; one empty variant if nothing is swept. */
export function variantsOf(
  document: DocumentNode,
  optionSweeps: readonly Sweep[],
  problems: ProblemList,
): readonly Variant[] {
  const sweeps = new Map(declaredSweeps(document).map((sweep) => [sweep.name, sweep]));
  for (const [at, sweep] of optionSweeps.entries()) {
    const isRepeated = optionSweeps.findIndex(({ name }) => name === sweep.name) < at;
    if (isRepeated) {
      const hint = `list all its values in one option: --sweep ${sweep.name}=…`;
      problems.add(`${sweep.name} is swept twice`, sweep.key, { hint });
    } else {
      sweeps.set(sweep.name, sweep);
    }
  }
  let variants: readonly Variant[] = [{ assignments: [], values: {} }];
  for (const sweep of sweeps.values()) {
    if (!isSweepable(sweep, problems)) continue;
    const size = variants.length * sweep.values.items.length;
    if (size > mostVariants) {
      problems.add(`this sweep has ${size} variants, more than the limit of ${mostVariants}`, sweep.key, {
        hint: 'split the sweep into several runs',
      });
      continue;
    }
    variants = variants.flatMap((variant) => sweep.values.items.map((item) => extended(variant, sweep, item)));
  }
  return variants;
}

/** Reports a `--set` option without effect, because every variant replaces its value with a swept one. */
export function reportSwept(
  { path, entry }: Assignment,
  document: DocumentNode,
  variants: readonly DocumentNode[],
  problems: ProblemList,
): void {
  for (const leaf of leavesOf(path, entry.value)) {
    const isSet = (root: DocumentNode) => nodeAt(root, leaf.path) === leaf.value;
    if (!isSet(document) || variants.some(isSet) || variants.length === 0) continue;
    const where = leaf.path.join('.');
    problems.add(`${where} is swept, so setting it has no effect`, entry.key, {
      hint: `to try one value alone, write --sweep ${where}=…`,
    });
  }
}

function leavesOf(
  path: readonly string[],
  value: DocumentNode,
): { path: readonly string[]; value: DocumentNode | undefined }[] {
  // Null removes a key, so "nothing" is what was set.
  if (value.kind === 'scalar' && value.value === null) return [{ path, value: undefined }];
  if (value.kind !== 'map') return [{ path, value }];
  return [...value.entries].flatMap(([key, entry]) => leavesOf([...path, key], entry.value));
}

function nodeAt(root: DocumentNode, path: readonly string[]): DocumentNode | undefined {
  return path.reduce<DocumentNode | undefined>(
    (node, step) => (node?.kind === 'list' ? node.items[Number(step)] : childOf(node, step)),
    root,
  );
}

function extended(variant: Variant, { name, key }: Sweep, item: DocumentNode): Variant {
  const assignment = { path: name.split('.'), entry: { key, value: item } };
  return {
    assignments: [...variant.assignments, assignment],
    values: { ...variant.values, [name]: toJson(item) },
  };
}

/** The sweeps of the document; the check of the document's structure reports what is not a list. */
function declaredSweeps(document: DocumentNode): readonly Sweep[] {
  return [...entriesOf(childOf(document, 'sweep'))].flatMap(([name, { key, value }]) =>
    value.kind === 'list' && value.items.length > 0 ? [{ name, key, values: value }] : [],
  );
}

function isSweepable({ name, key, values }: Sweep, problems: ProblemList): boolean {
  const steps = name.split('.');
  const [root] = steps;
  if ((root !== 'params' && root !== 'stages') || steps.length < 2 || steps.includes('')) {
    const hint = 'sweep over params.… or stages.…, for example params.temperature';
    problems.add(`"${name}" cannot be swept`, key, { hint });
    return false;
  }
  const seen = new Set<string>();
  for (const item of values.items) {
    const text = JSON.stringify(toJson(item));
    if (seen.has(text)) problems.add(`${text} is repeated`, item.origin, { hint: 'list each value once' });
    seen.add(text);
  }
  return true;
}
