import type { GraphNode } from './graph.ts';

/**
 * Which node should go first, by id: the higher, the sooner. First comes what begins the longest chain of seconds, its own
 * and those of what depends on it; of equals, what comes first in the graph.
 * @param nodes producers before consumers.
 */
export function priorities(
  nodes: readonly GraphNode[],
  seconds: (node: GraphNode) => number,
): ReadonlyMap<string, number> {
  const paths = criticalPaths(nodes, seconds);
  const ordered = [...nodes].sort((a, b) => paths.get(b.id)! - paths.get(a.id)!);
  return new Map(ordered.map(({ id }, index) => [id, nodes.length - index]));
}

/** How many seconds pass at least from each node's start until all that depends on it is done. */
function criticalPaths(nodes: readonly GraphNode[], seconds: (node: GraphNode) => number): ReadonlyMap<string, number> {
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
