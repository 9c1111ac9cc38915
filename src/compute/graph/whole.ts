import { attribute, attributeKinds, dataTypes } from './attributes.ts';
import { type Edge, type GraphFunction, type OperationGraph, reachable, typeOf } from './graph.ts';
import type { Lowered } from './lower.ts';

/**
 * Makes of a function one operation that XLA compiles as a whole: a call that must be compiled, its variables updated inside.
 * Where XLA cannot compile it, or would not, the call fails: one operation in it has no implementation but XLA's.
 */
export function compileWhole(graph: OperationGraph, name: string, { inputs, outputs, fetches }: Lowered): Lowered {
  const results = [...fetches, onlyByXla(graph)];
  const needed = reachable(results.map(({ node }) => node));
  const parameters = [...new Set([...inputs.values(), ...needed.filter(({ op }) => op === 'VarHandleOp')])];
  const nodes = needed.filter((node) => !parameters.includes(node));
  const mustCompile = attribute('_XlaMustCompile', 'bool', true);
  const body: GraphFunction = { name, attributes: [mustCompile], parameters, nodes, results };
  const types = results.map(typeOf);
  const call = graph.addUnique({
    op: 'StatefulPartitionedCall',
    attributes: [
      { name: 'f', type: attributeKinds.func, value: body },
      { name: 'Tin', type: attributeKinds.type, value: parameters.map(({ outputs: [own] }) => dataTypes[own!.type]) },
      { name: 'Tout', type: attributeKinds.type, value: types.map(({ type }) => dataTypes[type]) },
      mustCompile,
    ],
    inputs: parameters.map((node): Edge => ({ node, index: 0 })),
    outputs: types,
  });
  return { inputs, outputs, fetches: types.map((_, index) => ({ node: call, index })) };
}

/** A number by way of an operation that TensorFlow has no kernel for: it tells XLA how large the number can be, and nothing else. */
function onlyByXla(graph: OperationGraph): Edge {
  const constant = (value: number) => graph.constant([], 'int32', Int32Array.of(value));
  const outputs = [{ shape: [], type: 'int32' }] as const;
  const node = graph.add({ op: 'XlaSetBound', inputs: [constant(0), constant(1)], outputs });
  return graph.cast({ node, index: 0 }, 'float32');
}
