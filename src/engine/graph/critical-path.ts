import type { GraphNode } from './graph.ts';

/**
 * The priority of each node, by id: higher runs earlier. The first node begins the longest chain of seconds, including its own and those of
 * its dependents; equal ones keep the order of the graph.
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

/** The minimum number of seconds from the start of each node until all its dependents are done. */
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
