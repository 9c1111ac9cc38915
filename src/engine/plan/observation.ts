import type { JsonObject } from '../../json/json.ts';
import type { World } from '../definition.ts';
import type { GraphNode } from '../graph/graph.ts';
import { mapAtMost } from './at-most.ts';

/** Enough to keep a disk busy, and far below the limit of open files. */
const observedAtOnce = 32;

/** What a node's definition observed outside the store. */
export interface Observation {
  /** Part of its key. */
  readonly facts: JsonObject;
  /** The version of each file whose digest it requested, by path: it differs for a file that was changed and restored. */
  readonly versions: ReadonlyMap<string, string | undefined>;
}

/** The facts of each node from outside the store, by node id. */
export async function observeAll(nodes: readonly GraphNode[], world: World): Promise<ReadonlyMap<string, JsonObject>> {
  const observations = await mapAtMost(observedAtOnce, nodes, (node) => observe(node, world));
  return new Map(nodes.map((node, index) => [node.id, observations[index]!.facts]));
}

/** What the node's definition observes now; nothing if it observes nothing. */
export async function observe(node: GraphNode, world: World): Promise<Observation> {
  const versions = new Map<string, string | undefined>();
  const digest = async (path: string) => {
    const found = await world.digest(path);
    versions.set(path, world.version?.(path));
    return found;
  };
  const source = await node.definition.source?.(node.stage.config, { ...world, digest });
  const facts = (await source?.facts()) ?? {};
  return { facts, versions };
}
