import { type Edge, type OperationGraph, type OperationNode, reachable } from './graph.ts';
import type { Trace, TracedUpdate } from './trace.ts';

/**
 * Replaces a node in a new graph: returns the edges that carry its outputs there.
 * @param inputs the node's inputs in the new graph. @returns undefined to keep the node.
 */
export type RewriteRule = (
  node: OperationNode,
  inputs: readonly Edge[],
  graph: OperationGraph,
) => readonly Edge[] | undefined;

/** Copies a function into another graph, node by node after its inputs; the first rule that replaces a node counts. */
export function rewrite(traced: Trace, graph: OperationGraph, rules: readonly RewriteRule[]): Trace {
  const moved = new Map<OperationNode, readonly Edge[]>();
  const move = ({ node, index }: Edge): Edge => moved.get(node)![index]!;

  for (const node of reachable([...traced.inputs.values(), ...computedBy(traced).map((edge) => edge.node)])) {
    const inputs = node.inputs.map(move);
    moved.set(node, applyFirst(rules, node, inputs, graph) ?? copy(node, inputs, graph));
  }
  return {
    ...traced,
    inputs: mapValues(traced.inputs, (node) => move({ node, index: 0 }).node),
    outputs: mapValues(traced.outputs, move),
    updates: mapValues(traced.updates, (update): TracedUpdate => {
      if (update.kind === 'assign') return { kind: 'assign', value: move(update.value) };
      return { kind: 'adam', gradient: move(update.gradient), rate: move(update.rate) };
    }),
  };
}

/** All that a function computes: its outputs, and what its updates take. */
export function computedBy({ outputs, updates }: Trace): readonly Edge[] {
  return [...outputs.values(), ...[...updates.values()].flatMap(edgesOf)];
}

/** The edges that provide the values of an update. */
export function edgesOf(update: TracedUpdate): readonly Edge[] {
  return update.kind === 'assign' ? [update.value] : [update.gradient, update.rate];
}

function applyFirst(
  rules: readonly RewriteRule[],
  node: OperationNode,
  inputs: readonly Edge[],
  graph: OperationGraph,
) {
  for (const rule of rules) {
    const edges = rule(node, inputs, graph);
    if (edges) return edges;
  }
  return undefined;
}

function copy(node: OperationNode, inputs: readonly Edge[], graph: OperationGraph): readonly Edge[] {
  const { op, attributes, outputs, values } = node;
  const parts = { op, attributes, inputs, outputs, ...(values && { values }) };
  const copied = op === 'Placeholder' ? graph.addUnique(parts) : graph.add(parts);
  return outputs.map((_, index) => ({ node: copied, index }));
}

function mapValues<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Map<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
