import type { GraphNode } from '../graph/graph.ts';
import { mapAtMost } from './at-most.ts';

/** How many visits look into the store at once: enough to keep a disk busy, and far below the limit of open files. */
const visitedAtOnce = 32;

/** Which nodes read which in a part of a graph, to follow a change downstream. */
export class Downstream {
  readonly #nodes: readonly GraphNode[];
  readonly #consumers = new Map<string, GraphNode[]>();
  readonly #producers = new Map<string, readonly string[]>();
  /** By node id: the length of the longest path from a node without inputs. Producers are always on a lower level. */
  readonly #levels = new Map<string, number>();

  /** @param nodes producers before consumers, with everything they need. */
  constructor(nodes: readonly GraphNode[]) {
    this.#nodes = nodes;
    for (const node of nodes) {
      const producers = [...new Set(Object.values(node.inputs).map((edge) => edge.node))];
      this.#levels.set(node.id, 1 + Math.max(-1, ...producers.map((id) => this.#levels.get(id)!)));
      this.#producers.set(node.id, producers);
      this.#consumers.set(node.id, []);
      for (const id of producers) this.#consumers.get(id)!.push(node);
    }
  }

  /** The nodes that a node reads, each once. */
  producers(id: string): readonly string[] {
    return this.#producers.get(id)!;
  }

  /** All nodes that depend on a node, directly or not; producers before consumers. */
  below(id: string): readonly GraphNode[] {
    const found = new Set(this.#consumers.get(id));
    for (const node of found) for (const consumer of this.#consumers.get(node.id)!) found.add(consumer);
    return this.#nodes.filter((node) => found.has(node));
  }

  /**
   * Visits nodes and, if a visit reports a change, their consumers: each once, after all its producers, and all of one level together.
   * Returns the visited nodes.
   */
  async visit(
    from: readonly GraphNode[],
    changes: (node: GraphNode) => Promise<boolean>,
  ): Promise<readonly GraphNode[]> {
    const visited: GraphNode[] = [];
    const levels: Set<GraphNode>[] = [];
    const add = (node: GraphNode) => {
      const level = this.#levels.get(node.id)!;
      levels[level] = (levels[level] ?? new Set()).add(node);
    };
    from.forEach(add);
    // The list grows during the loop: consumers are on higher levels.
    for (let level = 0; level < levels.length; level += 1) {
      const nodes = [...(levels[level] ?? [])];
      const changed = await mapAtMost(visitedAtOnce, nodes, changes);
      nodes.forEach((node, index) => {
        visited.push(node);
        if (changed[index]) this.#consumers.get(node.id)!.forEach(add);
      });
    }
    return visited;
  }
}
