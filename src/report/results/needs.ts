/** What each stage needs, by the ids of nodes. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/** All that a node needs, directly or not. */
export function aboveOf(id: string, needs: Needs): ReadonlySet<string> {
  const above = new Set<string>();
  const queue = [...(needs.get(id) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (above.has(next)) continue;
    above.add(next);
    queue.push(...(needs.get(next) ?? []));
  }
  return above;
}
