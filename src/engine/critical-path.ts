import type { GraphNode } from './graph.ts';

/**
 * How long the run takes from each node's start at least: its own seconds and those of the longest chain below it.
 * @param nodes producers before consumers.
 */
export function criticalPaths(
  nodes: readonly GraphNode[],
  seconds: (node: GraphNode) => number,
): ReadonlyMap<string, number> {
  const below = new Map<string, number>();
  const paths = new Map<string, number>();
  for (const node of [...nodes].reverse()) {
    const path = seconds(node) + (below.get(node.id) ?? 0);
    paths.set(node.id, path);
    for (const { node: producer } of Object.values(node.inputs)) {
      below.set(producer, Math.max(path, below.get(producer) ?? 0));
    }
  }
  return paths;
}
