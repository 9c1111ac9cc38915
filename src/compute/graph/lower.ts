import { typeAttribute } from './attributes.ts';
import type { Signature } from './checks.ts';
import { type Edge, type OperationGraph, type OperationNode, reachable, typeOf } from './graph.ts';
import { edgesOf } from './rewrite.ts';
import { readVariable, type Trace, variableHandle } from './trace.ts';
import { adamState } from './updates.ts';

/** A function in the form that a session runs. */
export interface Lowered {
  readonly inputs: ReadonlyMap<string, OperationNode>;
  readonly outputs: readonly string[];
  /** The outputs in order, float32; then, if the function updates variables, an edge that waits for the updates. */
  readonly fetches: readonly Edge[];
}

const float = typeAttribute('T', 'float32');

/** Turns the updates of a function into operations on the variables, each after everything that reads its variable. */
export function lower(graph: OperationGraph, signature: Signature, { inputs, outputs, updates, adam }: Trace): Lowered {
  const fetches = [...outputs.values()].map((edge) => graph.cast(edge, 'float32'));
  const needed = [...updates.values()].flatMap(edgesOf);
  const readers = readersOf(reachable([...fetches, ...needed].map(({ node }) => node)));
  const handle = (name: string) => variableHandle(graph, signature.variable(name));
  const read = (name: string) => readVariable(graph, signature.variable(name));
  const constant = (value: number) => graph.constant([], 'float32', Float32Array.of(value));

  function update(op: string, names: readonly string[], inputs: readonly Edge[], attributes = [float]): OperationNode {
    const after = names.flatMap((name) => readers.get(handle(name).node) ?? []);
    return graph.addUnique({ op, attributes, inputs: [...names.map(handle), ...inputs], after, outputs: [] });
  }
  const assign = (name: string, value: Edge) =>
    update('AssignVariableOp', [name], [value], [typeAttribute('dtype', 'float32')]);

  const done = [...updates].map(([name, traced]) => {
    if (traced.kind === 'assign') return assign(name, graph.cast(traced.value, 'float32'));
    const powers = [read(adamState.beta1Power), read(adamState.beta2Power)];
    const betas = [constant(adam!.beta1), constant(adam!.beta2), constant(adam!.epsilon)];
    const names = [name, adamState.m(name), adamState.v(name)];
    return update('ResourceApplyAdam', names, [
      ...powers,
      traced.rate,
      ...betas,
      graph.cast(traced.gradient, 'float32'),
    ]);
  });
  if (adam) {
    for (const [name, beta] of [
      [adamState.beta1Power, adam.beta1],
      [adamState.beta2Power, adam.beta2],
    ] as const) {
      const power = graph.add({
        op: 'Mul',
        attributes: [float],
        inputs: [read(name), constant(beta)],
        outputs: [{ shape: [], type: 'float32' }],
      });
      done.push(assign(name, { node: power, index: 0 }));
    }
  }
  if (done.length > 0) fetches.push(after(graph, constant(0), done));
  return { inputs, outputs: [...outputs.keys()], fetches };
}

/** An edge with the values of another, which also waits for some nodes. */
export function after(graph: OperationGraph, edge: Edge, nodes: readonly OperationNode[]): Edge {
  const { type } = typeOf(edge);
  const attributes = [typeAttribute('T', type)];
  return {
    node: graph.add({ op: 'Identity', attributes, inputs: [edge], after: nodes, outputs: [typeOf(edge)] }),
    index: 0,
  };
}

/** For each variable's handle, the nodes that read it, and the users of what was read. */
function readersOf(nodes: readonly OperationNode[]): Map<OperationNode, OperationNode[]> {
  const readers = new Map<OperationNode, OperationNode[]>();
  for (const node of nodes) {
    for (const { node: from } of node.inputs) {
      if (from.op === 'VarHandleOp') readers.set(from, [...(readers.get(from) ?? []), node]);
    }
  }
  return readers;
}
