import type { JsonObject } from '../../json/json.ts';
import { EnvironmentError, joinedErrors, orRefusal } from '../../problem/errors.ts';
import { renderOrigin } from '../../problem/render.ts';
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

/**
 * The facts of each node from outside the store, by node id.
 * @throws EnvironmentError that names everything that is missing, and the stages that need it, in their order.
 */
export async function observeAll(nodes: readonly GraphNode[], world: World): Promise<ReadonlyMap<string, JsonObject>> {
  const observed = await mapAtMost(observedAtOnce, nodes, (node) => orRefusal(observe(node, world)));
  const facts = new Map<string, JsonObject>();
  const refusals: Refusal[] = [];
  for (const [at, node] of nodes.entries()) {
    const found = observed[at]!;
    if (found instanceof EnvironmentError) refusals.push({ node, error: found });
    else facts.set(node.id, found.facts);
  }
  if (refusals.length > 0) throw refusalOf(refusals);
  return facts;
}

interface Refusal {
  readonly node: GraphNode;
  readonly error: EnvironmentError;
}

/** One error for all, with the stages that need what each line names: variants of a stage, and stages that need the same, share a line. */
function refusalOf(refusals: readonly Refusal[]): EnvironmentError {
  const places = new Map<string, Set<string>>();
  for (const { node, error } of refusals) {
    const { id, origin, settingOrigins } = node.stage;
    const place = `${id} (${renderOrigin(settingOrigins['files'] ?? origin)})`;
    for (const line of error.message.split('\n')) places.set(line, (places.get(line) ?? new Set()).add(place));
  }
  const lines = [...places].map(([line, who]) => `${[...who].join(', ')}: ${line}`);
  const { hint, cause } = joinedErrors(refusals.map(({ error }) => error));
  return new EnvironmentError(lines.join('\n'), { ...(hint !== undefined && { hint }), cause });
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
