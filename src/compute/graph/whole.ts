import type { OpAttribute } from '../native.ts';
import { attribute, attributeKinds, dataTypes, typeAttribute } from './attributes.ts';
import {
  type Edge,
  type GraphFunction,
  type OperationGraph,
  type OperationNode,
  reachable,
  type TensorType,
  typeOf,
} from './graph.ts';
import type { Lowered } from './lower.ts';

const mustCompile = attribute('_XlaMustCompile', 'bool', true);

/**
 * Makes of a function one operation that XLA compiles as a whole: a call that must be compiled, its variables updated inside.
 * Where XLA cannot compile it, or would not, the call fails: one operation in it has no implementation but XLA's.
 * @param times that a call runs the function, with inputs and outputs one behind the other along a new first axis.
 */
export function compileWhole(graph: OperationGraph, name: string, lowered: Lowered, times = 1): Lowered {
  const { inputs, fetches, parameters } = times === 1 ? once(lowered) : repeated(graph, name, lowered, times);
  const results = [...fetches, onlyByXla(graph)];
  const whole = graphFunction(name, parameters, results, [mustCompile]);
  const call = callOf(graph, whole, parameters.map(edgeOf), [mustCompile]);
  return { inputs, outputs: lowered.outputs, fetches: results.map((_, index) => ({ node: call, index })) };
}

/** What a function computes with, and from what. */
interface Body {
  readonly inputs: ReadonlyMap<string, OperationNode>;
  /** The inputs, then the handles of variables. */
  readonly parameters: readonly OperationNode[];
  readonly fetches: readonly Edge[];
}

function once({ inputs, fetches }: Lowered): Body {
  const handles = reachable(fetches.map(({ node }) => node)).filter(({ op }) => op === 'VarHandleOp');
  return { inputs, parameters: [...inputs.values(), ...handles], fetches };
}

/** A loop around a function: it hands over a slice of each input, and writes what comes back into one tensor for each result. */
function repeated(graph: OperationGraph, name: string, lowered: Lowered, times: number): Body {
  const { parameters, fetches } = once(lowered);
  const step = graphFunction(`${name}-once`, parameters, fetches);
  const handles = parameters.slice(lowered.inputs.size);
  const manyOf = ({ shape, type }: TensorType): TensorType => ({ shape: [times, ...shape], type });
  const inputs = new Map([...lowered.inputs].map(([input, node]) => [input, formal(graph, manyOf(node.outputs[0]!))]));
  const gathered = fetches.map((fetch) => manyOf(typeOf(fetch)));

  const count = formal(graph, { shape: [], type: 'int32' });
  const written = gathered.map((type) => formal(graph, type));
  const given = [...inputs.values(), ...handles].map((node) => formal(graph, node.outputs[0]!));
  const state = [count, ...written, ...given];

  const goesOn = binary(graph, 'Less', edgeOf(count), scalar(graph, times), 'bool');
  const slices = given.map((node, at) =>
    at < inputs.size ? sliceAt(graph, edgeOf(node), edgeOf(count)) : edgeOf(node),
  );
  const called = callOf(graph, step, slices);
  const next = [
    binary(graph, 'AddV2', edgeOf(count), scalar(graph, 1), 'int32'),
    ...written.map((node, index) => writeAt(graph, edgeOf(node), { node: called, index }, edgeOf(count))),
    ...given.map(edgeOf),
  ];
  const loop = graph.addUnique({
    op: 'While',
    attributes: [
      functionAttribute('cond', graphFunction(`${name}-goes-on`, state, [goesOn])),
      functionAttribute('body', graphFunction(`${name}-next`, state, next)),
      typesAttribute(
        'T',
        state.map((node) => node.outputs[0]!),
      ),
    ],
    inputs: [
      scalar(graph, 0),
      ...gathered.map(({ shape, type }) => graph.constant(shape, type, zeros(type))),
      ...[...inputs.values(), ...handles].map(edgeOf),
    ],
    outputs: state.map((node) => node.outputs[0]!),
  });
  return {
    inputs,
    parameters: [...inputs.values(), ...handles],
    fetches: gathered.map((_, index) => ({ node: loop, index: index + 1 })),
  };
}

function graphFunction(
  name: string,
  parameters: readonly OperationNode[],
  results: readonly Edge[],
  attributes: readonly OpAttribute[] = [],
): GraphFunction {
  const nodes = reachable(results.map(({ node }) => node)).filter((node) => !parameters.includes(node));
  return { name, attributes, parameters, nodes, results };
}

function callOf(
  graph: OperationGraph,
  called: GraphFunction,
  inputs: readonly Edge[],
  attributes: readonly OpAttribute[] = [],
): OperationNode {
  const outputs = called.results.map(typeOf);
  const types = [typesAttribute('Tin', inputs.map(typeOf)), typesAttribute('Tout', outputs)];
  return graph.addUnique({
    op: 'StatefulPartitionedCall',
    attributes: [functionAttribute('f', called), ...types, ...attributes],
    inputs,
    outputs,
  });
}

/** A node that stands for a value that is handed over. */
function formal(graph: OperationGraph, type: TensorType): OperationNode {
  const attributes = [typeAttribute('dtype', type.type), attribute('shape', 'shape', type.shape)];
  return graph.addUnique({ op: 'Placeholder', attributes, outputs: [type] });
}

function sliceAt(graph: OperationGraph, many: Edge, at: Edge): Edge {
  const { shape, type } = typeOf(many);
  const one = [1, ...shape.slice(1)];
  const size = graph.constant([one.length], 'int32', Int32Array.from(one));
  const attributes = [typeAttribute('T', type), typeAttribute('Index', 'int32')];
  const inputs = [many, startAt(graph, at, shape.length), size];
  const slice = graph.add({ op: 'Slice', attributes, inputs, outputs: [{ shape: one, type }] });
  return graph.reshape({ node: slice, index: 0 }, shape.slice(1));
}

function writeAt(graph: OperationGraph, many: Edge, one: Edge, at: Edge): Edge {
  const { shape, type } = typeOf(many);
  const update = graph.reshape(one, [1, ...shape.slice(1)]);
  const attributes = [typeAttribute('T', type), typeAttribute('Tindices', 'int32')];
  const inputs = [many, update, startAt(graph, at, shape.length)];
  return { node: graph.add({ op: 'XlaDynamicUpdateSlice', attributes, inputs, outputs: [{ shape, type }] }), index: 0 };
}

/** Where the part at a place begins: [at, 0, 0, …]. */
function startAt(graph: OperationGraph, at: Edge, rank: number): Edge {
  const first = Int32Array.from({ length: rank }, (_, axis) => (axis === 0 ? 1 : 0));
  const attributes = [typeAttribute('T', 'int32')];
  const inputs = [at, graph.constant([rank], 'int32', first)];
  return { node: graph.add({ op: 'Mul', attributes, inputs, outputs: [{ shape: [rank], type: 'int32' }] }), index: 0 };
}

function binary(graph: OperationGraph, op: string, a: Edge, b: Edge, type: 'bool' | 'int32'): Edge {
  const attributes = [typeAttribute('T', 'int32')];
  return { node: graph.add({ op, attributes, inputs: [a, b], outputs: [{ shape: [], type }] }), index: 0 };
}

/**
 * A number that goes through an operation for which TensorFlow has no kernel: it tells XLA how large the number can be, and has no other
 * effect.
 */
function onlyByXla(graph: OperationGraph): Edge {
  const outputs = [{ shape: [], type: 'int32' }] as const;
  const node = graph.add({ op: 'XlaSetBound', inputs: [scalar(graph, 0), scalar(graph, 1)], outputs });
  return graph.cast({ node, index: 0 }, 'float32');
}

function scalar(graph: OperationGraph, value: number): Edge {
  return graph.constant([], 'int32', Int32Array.of(value));
}

function zeros(type: TensorType['type']) {
  return type === 'int32' ? Int32Array.of(0) : Float32Array.of(0);
}

function edgeOf(node: OperationNode): Edge {
  return { node, index: 0 };
}

function functionAttribute(name: string, value: GraphFunction): OpAttribute {
  return { name, type: attributeKinds.func, value };
}

function typesAttribute(name: string, types: readonly TensorType[]): OpAttribute {
  return { name, type: attributeKinds.type, value: types.map(({ type }) => dataTypes[type]) };
}
