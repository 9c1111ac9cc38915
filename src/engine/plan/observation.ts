import type { JsonObject } from '../../json/json.ts';
import type { World } from '../definition.ts';
import type { GraphNode } from '../graph/graph.ts';
import { mapAtMost } from './at-most.ts';

/** Enough to keep a disk busy, and far from the limit of open files. */
const observedAtOnce = 32;

/** The facts of each node from outside the store, by node id. */
export async function observeAll(nodes: readonly GraphNode[], world: World): Promise<ReadonlyMap<string, JsonObject>> {
  const facts = await mapAtMost(observedAtOnce, nodes, (node) => observe(node, world));
  return new Map(nodes.map((node, index) => [node.id, facts[index]!]));
}

/** What the node's definition observes now; nothing where it observes nothing. */
export async function observe(node: GraphNode, world: World): Promise<JsonObject> {
  return (await node.definition.observe?.(node.stage.config, world)) ?? {};
}
