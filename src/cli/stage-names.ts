import { type Graph, type GraphNode, nodesNamed } from '../engine/index.ts';
import { ConfigurationError } from '../problem/errors.ts';
import { didYouMean } from '../problem/suggest.ts';

/**
 * The nodes of a stage: one, or one for each variant of a sweep that differs.
 * @param typed the argument that names it, for saying where. @throws ConfigurationError where there is no such stage.
 */
export function stagesNamed(graph: Graph, name: string, typed: string): readonly [GraphNode, ...GraphNode[]] {
  const [first, ...rest] = nodesNamed(graph, name);
  if (first) return [first, ...rest];
  const stages = [...new Set([...graph.nodes.values()].map(({ stage }) => stage.id))];
  const hint = didYouMean(name, stages) ?? `the stages are: ${stages.join(', ')}`;
  throw new ConfigurationError([{ message: `There is no stage "${name}".`, origin: { option: typed }, hint }]);
}
