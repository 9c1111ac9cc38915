import type { Json } from '../../json/json.ts';

/** The swept values of one variant, by path (`params.temperature`). */
export type VariantValues = Readonly<Record<string, Json>>;

/**
 * Names for the nodes of one stage, each used by some variants of the sweep: the id of the stage for a single node, otherwise
 * `student{temperature=4}` with as few swept values as distinguish the nodes.
 */
export function nodeNames(stage: string, usedBy: readonly (readonly VariantValues[])[]): readonly string[] {
  if (usedBy.length === 1) return [stage];
  const paths = Object.keys(usedBy[0]?.[0] ?? {});
  const name = (variant: VariantValues, chosen: readonly string[]) => variantName(stage, variant, chosen, paths);
  const telling = subsetsBySize(paths).find((chosen) => {
    const names = usedBy.map((variants) => new Set(variants.map((variant) => name(variant, chosen))));
    return names.every((set) => set.size === 1) && new Set(names.flatMap((set) => [...set])).size === names.length;
  });
  // If no choice is constant within each node, its first variant names it: no other node has that variant.
  return usedBy.map(([first = {}]) => name(first, telling ?? paths));
}

/**
 * `student{temperature=4}`: a stage with some swept values; just its id without any.
 * @param all the swept paths, among which shortened ones must be unique.
 */
export function variantName(
  stage: string,
  variant: VariantValues,
  chosen: readonly string[],
  all: readonly string[],
): string {
  if (chosen.length === 0) return stage;
  const words = shortPaths(all);
  return `${stage}{${chosen.map((path) => `${words.get(path)}=${valueWord(variant[path] ?? null)}`).join(',')}}`;
}

/**
 * Whether a name as typed means a node: its id, its stage's id, or its stage with some of the swept values of a variant that uses it, with
 * any ending of their paths: `student{temperature=4}` also means a node `student{temperature=4,seed=1}`.
 */
export function isMeant(
  name: string,
  { id, stage, variants }: { readonly id: string; readonly stage: string; readonly variants: readonly VariantValues[] },
): boolean {
  if (name === id || name === stage) return true;
  if (!name.startsWith(`${stage}{`) || !name.endsWith('}')) return false;
  const asked = name.slice(stage.length + 1, -1).replaceAll(/\s+/gu, '');
  return variants.some((variant) => isMadeOf(asked, valueNames(variant)));
}

/** Every way to write a value of a variant: `params.teacher.rate=1`, `teacher.rate=1`, `rate=1`. */
function valueNames(variant: VariantValues): readonly string[] {
  return Object.entries(variant).flatMap(([path, value]) => {
    const parts = path.split('.');
    return parts.map((_, at) => `${parts.slice(at).join('.')}=${valueWord(value)}`.replaceAll(/\s+/gu, ''));
  });
}

/** Whether a text is a list of such names, separated by commas; a value may contain commas itself. */
function isMadeOf(text: string, names: readonly string[]): boolean {
  return names.some((name) => {
    if (text === name) return true;
    return text.startsWith(`${name},`) && isMadeOf(text.slice(name.length + 1), names);
  });
}

/** For each dotted path, the shortest ending that no other path has. */
function shortPaths(paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    paths.map((path) => {
      const parts = path.split('.');
      const tails = parts.map((_, index) => parts.slice(index).join('.')).reverse();
      const unique = tails.find((tail) => paths.every((other) => other === path || !`.${other}`.endsWith(`.${tail}`)));
      return [path, unique ?? path];
    }),
  );
}

function valueWord(value: Json): string {
  const plain = typeof value === 'string' && /^[A-Za-z_][\w.-]*$/.test(value) && !/^(?:true|false|null)$/.test(value);
  return plain ? value : JSON.stringify(value);
}

function subsetsBySize(items: readonly string[]): readonly (readonly string[])[] {
  const subsets: (readonly string[])[] = [[]];
  for (const item of items) subsets.push(...subsets.map((subset) => [...subset, item]));
  return subsets.slice(1).sort((a, b) => a.length - b.length);
}
