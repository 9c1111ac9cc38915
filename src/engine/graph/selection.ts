import { ConfigurationError } from '../../problem/errors.ts';
import type { Origin, Problem } from '../../problem/problem.ts';
import { didYouMean } from '../../problem/suggest.ts';
import type { GraphNode, StageGraph } from './graph.ts';
import { isMeant } from './node-names.ts';

/** The part of a graph that a plan or a run is about. */
export interface SelectionOptions {
  /** Stages whose outputs are wanted, by stage id or node id (default: all that no other stage needs). */
  readonly targets?: readonly string[];
  /** Stages that run even if their result is cached, by stage id or node id. */
  readonly force?: readonly string[];
}

/** The nodes a plan or a run is about. */
export interface Selection {
  /** The targets and everything they need, directly or not; producers before consumers. */
  readonly nodes: readonly GraphNode[];
  readonly targets: ReadonlySet<string>;
  readonly forced: ReadonlySet<string>;
}

/** The nodes that a name stands for: one node by its id, every node of a stage in a sweep, or the nodes with some swept values. */
export function nodesNamed(graph: StageGraph, name: string): readonly GraphNode[] {
  const node = graph.nodes.get(name);
  if (node) return [node];
  return [...graph.nodes.values()].filter(({ id, stage, variants }) =>
    isMeant(name, { id, stage: stage.id, variants }),
  );
}

/**
 * Follows the targets to everything they need.
 * @throws ConfigurationError if no stage has a name, or a forced stage is not needed.
 */
export function select(graph: StageGraph, options: SelectionOptions): Selection {
  const problems: Problem[] = [];
  const find = (names: readonly string[], option: string) =>
    names.flatMap((name) => {
      const found = nodesNamed(graph, name);
      if (found.length === 0) problems.push(unknownStage(graph, name, { option }));
      return found;
    });
  const targets = options.targets?.length ? find(options.targets, '--target') : finalNodes(graph);
  const forced = find(options.force ?? [], '--force');
  const needed = new Set(targets);
  for (const { inputs } of needed) {
    for (const { node } of Object.values(inputs)) needed.add(graph.nodes.get(node)!);
  }
  for (const { id } of forced.filter((node) => !needed.has(node))) {
    problems.push({
      message: `Stage "${id}" is forced, but no target needs it.`,
      origin: { option: '--force' },
      hint: `Add it to the targets, or omit --target.`,
    });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    nodes: [...graph.nodes.values()].filter((node) => needed.has(node)),
    targets: new Set(targets.map(({ id }) => id)),
    forced: new Set(forced.map(({ id }) => id)),
  };
}

function finalNodes(graph: StageGraph): readonly GraphNode[] {
  const nodes = [...graph.nodes.values()];
  const consumed = new Set(nodes.flatMap(({ inputs }) => Object.values(inputs).map(({ node }) => node)));
  return nodes.filter(({ id }) => !consumed.has(id));
}

/** The problem of a name that stands for no stage; `origin` is where it was written. */
export function unknownStage(graph: StageGraph, name: string, origin: Origin): Problem {
  const stages = [...new Set([...graph.nodes.values()].map(({ stage }) => stage.id))];
  const hint = didYouMean(name, stages) ?? `the stages are: ${stages.join(', ')}`;
  return { message: `There is no stage "${name}".`, origin, hint };
}
