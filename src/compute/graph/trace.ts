import type { Native } from '../native.ts';
import type { FunctionSpec, InputSpec, VariableSpec } from '../program.ts';
import { attribute, typeAttribute } from './attributes.ts';
import type { Signature } from './checks.ts';
import { type Edge, type NodeParts, OperationGraph, type OperationNode } from './graph.ts';
import { NotCompilable } from './not-compilable.ts';
import { Recorder } from './recorder.ts';
import { type AdamOptions, CallScope } from './updates.ts';

/** What a function of a program computes, as edges of a graph. */
export interface Trace {
  /** The placeholders that a call feeds. */
  readonly inputs: ReadonlyMap<string, OperationNode>;
  readonly outputs: ReadonlyMap<string, Edge>;
  /** The new value of a variable, or its gradient. */
  readonly updates: ReadonlyMap<string, TracedUpdate>;
  readonly adam: AdamOptions | undefined;
}

/** The updates of one variable. */
export type TracedUpdate =
  | { readonly kind: 'assign'; readonly value: Edge }
  | { readonly kind: 'adam'; readonly gradient: Edge; readonly rate: Edge };

/** The handle of a variable, always the same node. */
export function variableHandle(graph: OperationGraph, { name, shape }: VariableSpec): Edge {
  const attributes = [
    typeAttribute('dtype', 'float32'),
    attribute('shape', 'shape', shape),
    attribute('shared_name', 'string', name),
  ];
  return { node: graph.add({ op: 'VarHandleOp', attributes, outputs: [{ shape: [], type: 'resource' }] }), index: 0 };
}

/** A variable's value before the call. */
export function readVariable(graph: OperationGraph, variable: VariableSpec): Edge {
  const parts: NodeParts = {
    op: 'ReadVariableOp',
    attributes: [typeAttribute('dtype', 'float32')],
    inputs: [variableHandle(graph, variable)],
    outputs: [{ shape: variable.shape, type: 'float32' }],
  };
  return { node: graph.add(parts), index: 0 };
}

/** A node whose values a call feeds. */
export function placeholder(graph: OperationGraph, { shape, dtype }: InputSpec): OperationNode {
  const attributes = [typeAttribute('dtype', dtype), attribute('shape', 'shape', shape)];
  return graph.addUnique({ op: 'Placeholder', attributes, outputs: [{ shape, type: dtype }] });
}

/** What a call feeds for an input, and the value that the function's body sees. */
function fedInput(graph: OperationGraph, input: InputSpec, feedsWords: boolean): { node: OperationNode; value: Edge } {
  if (input.dtype === 'float32' && feedsWords) {
    const node = placeholder(graph, { ...input, dtype: 'int32' });
    return { node, value: graph.bitcast({ node, index: 0 }, 'float32') };
  }
  const node = placeholder(graph, input);
  const value: Edge = { node, index: 0 };
  return { node, value: input.dtype === 'uint8' ? graph.cast(value, 'float32') : value };
}

/**
 * Records what a function computes. It records twice, because anything that differs would be frozen in a graph.
 * @param feedsWords whether floats are fed as int32 words of the same bits: see `CompileOptions`.
 * @throws NotCompilable if the recordings differ, if the body needs a value, or if it does something that graphs do not support.
 */
export function trace(native: Native, signature: Signature, spec: FunctionSpec, feedsWords = false): Trace {
  const [first, second] = [new OperationGraph(), new OperationGraph()];
  const traced = record(native, first, signature, spec, feedsWords);
  record(native, second, signature, spec, feedsWords);
  if (first.equals(second)) return traced;
  throw new NotCompilable('creates different constants at each call: make random numbers and counters its inputs');
}

/** Runs a function's body once on tensors without values, and notes what it computes. */
function record(
  native: Native,
  graph: OperationGraph,
  signature: Signature,
  { inputs, body }: FunctionSpec,
  feedsWords: boolean,
): Trace {
  const recorder = new Recorder(native, graph);
  return recorder.record(() => {
    const fed = new Map(Object.entries(inputs).map(([name, input]) => [name, fedInput(graph, input, feedsWords)]));
    const placeholders = new Map([...fed].map(([name, { node }]) => [name, node]));
    const tensors = [...fed].map(([name, { value }]) => [name, recorder.tensor(value)]);
    // The engine identifies a tensor by its object: gradients with respect to a variable need the same tensor at every read.
    const variables = new Map(
      [...signature.variables].map(([name, spec]) => [name, recorder.tensor(readVariable(graph, spec))]),
    );
    const scope = new CallScope(native.tf, signature, ({ name }) => variables.get(name)!);
    try {
      const results = body(scope, Object.fromEntries(tensors));
      const outputs = Object.entries(results).map(([name, tensor]): [string, Edge] => [name, recorder.edge(tensor)]);
      const updates = [...scope.updates].map(([name, update]): [string, TracedUpdate] => {
        if (update.kind === 'assign') return [name, { kind: 'assign', value: recorder.edge(update.value) }];
        const { gradient, rate } = update;
        return [name, { kind: 'adam', gradient: recorder.edge(gradient), rate: recorder.edge(rate) }];
      });
      return { inputs: placeholders, outputs: new Map(outputs), updates: new Map(updates), adam: scope.adamOptions };
    } finally {
      scope.dispose();
    }
  });
}
