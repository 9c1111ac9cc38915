import type { JsonObject } from '../../json/json.ts';
import { EnvironmentError } from '../../problem/errors.ts';
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
  const observed = await mapAtMost(observedAtOnce, nodes, async (node) => {
    try {
      return (await observe(node, world)).facts;
    } catch (error) {
      if (error instanceof EnvironmentError) return error;
      throw error;
    }
  });
  const facts = new Map<string, JsonObject>();
  const refusals: Refusal[] = [];
  for (const [at, node] of nodes.entries()) {
    const found = observed[at]!;
    if (found instanceof EnvironmentError) refusals.push({ node, error: found });
    else facts.set(node.id, found);
  }
  if (refusals.length > 0) throw refusalOf(refusals);
  return facts;
}

interface Refusal {
  readonly node: GraphNode;
  readonly error: EnvironmentError;
}

/** One error for all: variants of a stage, and stages that need the same, share a line. */
function refusalOf(refusals: readonly Refusal[]): EnvironmentError {
  const places = new Map<string, Set<string>>();
  for (const { node, error } of refusals) {
    const { id, origin, settingOrigins } = node.stage;
    const place = `${id} (${renderOrigin(settingOrigins['files'] ?? origin)})`;
    places.set(error.message, (places.get(error.message) ?? new Set()).add(place));
  }
  const hints = new Set(refusals.flatMap(({ error }) => error.hint ?? []));
  return new EnvironmentError([...places].map(([message, who]) => `${[...who].join(', ')}: ${message}`).join('\n'), {
    ...(hints.size > 0 && { hint: [...hints].join('\n') }),
    cause: refusals[0]?.error,
  });
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
