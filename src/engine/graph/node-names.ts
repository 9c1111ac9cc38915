import type { Json } from '../../json/json.ts';

/** The swept values of one variant, by path (`params.temperature`). */
export type Variant = Readonly<Record<string, Json>>;

/**
 * Names for the nodes that came of one stage, each used by some of the sweep's variants: the stage's own id for one node,
 * else `student{temperature=4}` with as few swept values as tell the nodes apart.
 */
export function nodeNames(stage: string, usedBy: readonly (readonly Variant[])[]): readonly string[] {
  if (usedBy.length === 1) return [stage];
  const paths = Object.keys(usedBy[0]?.[0] ?? {});
  const name = (variant: Variant, chosen: readonly string[]) => variantName(stage, variant, chosen, paths);
  const telling = subsetsBySize(paths).find((chosen) => {
    const names = usedBy.map((variants) => new Set(variants.map((variant) => name(variant, chosen))));
    return names.every((set) => set.size === 1) && new Set(names.flatMap((set) => [...set])).size === names.length;
  });
  // Where no choice is constant within each node, its first variant still names it: no other node has that variant.
  return usedBy.map(([first = {}]) => name(first, telling ?? paths));
}

/**
 * `student{temperature=4}`: a stage under some swept values; just its id under none.
 * @param all the swept paths, from which shortened ones are told apart.
 */
export function variantName(
  stage: string,
  variant: Variant,
  chosen: readonly string[],
  all: readonly string[],
): string {
  if (chosen.length === 0) return stage;
  const words = shortPaths(all);
  return `${stage}{${chosen.map((path) => `${words.get(path)}=${valueWord(variant[path] ?? null)}`).join(',')}}`;
}

/** For each dotted path the shortest tail that no other path ends in. */
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
