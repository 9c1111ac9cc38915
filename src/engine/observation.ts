import type PQueue from 'p-queue';
import type { JsonObject } from '../json/json.ts';
import type { World } from './definition.ts';
import type { GraphNode } from './graph.ts';

/** The facts of each node from outside the store, by node id, observed a few at a time. */
export async function observeAll(
  nodes: readonly GraphNode[],
  world: World,
  queue: PQueue,
): Promise<ReadonlyMap<string, JsonObject>> {
  const facts = await Promise.all(nodes.map((node) => queue.add(() => observe(node, world))));
  return new Map(nodes.map((node, index) => [node.id, facts[index]!]));
}

/** What the node's definition observes now; nothing where it observes nothing. */
export async function observe(node: GraphNode, world: World): Promise<JsonObject> {
  return (await node.definition.observe?.(node.stage.config, world)) ?? {};
}
