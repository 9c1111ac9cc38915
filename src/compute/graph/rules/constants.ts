import { typeAttribute } from '../attributes.ts';
import { attributeOf, type Edge, type OperationNode, reachable } from '../graph.ts';
import { computedBy, type RewriteRule } from '../rewrite.ts';
import type { Trace } from '../trace.ts';

/** Constants of no more values than this take little memory, whatever reads them. */
const fewValues = 2 ** 14;

/** TensorFlow keeps about ten copies of a constant (docs/decisions/0015-types-of-operations.md): a filter of more values stays a variable. */
const manyValues = 2 ** 20;

/** Makes, of a function, the rule that turns reads of variables that never change into constants. */
export type ConstantsOf = (traced: Trace) => RewriteRule;

/**
 * Reads of variables that never change, as constants where that is faster: oneDNN reorders a convolution's filter once if it is constant, a
 * variable's at every call. Products read theirs as it is.
 * @param values of these variables, by name; all functions of a program share the constants.
 */
export function constantVariables(values: ReadonlyMap<string, Float32Array>): ConstantsOf {
  // One node for each variable, found by its name: the values themselves may be long.
  const constants = new Map<string, Edge>();
  return (traced) => {
    const filters = filtersOf(traced);
    return (node, [handle], graph) => {
      if (node.op !== 'ReadVariableOp') return undefined;
      const name = nameOf(handle!.node);
      const value = values.get(name);
      if (!value || value.length > (filters.has(name) ? manyValues : fewValues)) return undefined;
      const known = constants.get(name);
      if (known) return [known];
      const attributes = [typeAttribute('dtype', 'float32')];
      const constant = graph.addUnique({ op: 'Const', attributes, outputs: node.outputs, values: value });
      constants.set(name, { node: constant, index: 0 });
      return [{ node: constant, index: 0 }];
    };
  };
}

/** The names of the variables that some nodes depend on. */
export function variablesOf(nodes: Iterable<OperationNode>): ReadonlySet<string> {
  return new Set(
    reachable(nodes)
      .filter(({ op }) => op === 'VarHandleOp')
      .map(nameOf),
  );
}

/** The names of the variables that are filters of convolutions. */
function filtersOf(traced: Trace): ReadonlySet<string> {
  const nodes = reachable(computedBy(traced).map(({ node }) => node));
  return new Set(
    nodes.flatMap(({ op, inputs: [, filter] }) =>
      op === 'Conv2D' && filter!.node.op === 'ReadVariableOp' ? [nameOf(filter!.node.inputs[0]!.node)] : [],
    ),
  );
}

function nameOf(handle: OperationNode): string {
  return String(attributeOf(handle, 'shared_name'));
}
