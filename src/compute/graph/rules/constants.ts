import { typeAttribute } from '../attributes.ts';
import { attributeOf, type Edge } from '../graph.ts';
import type { RewriteRule } from '../rewrite.ts';

/**
 * Reads of variables that never change, as constants: oneDNN reorders a constant filter once, but a variable's at every call.
 * @param values of these variables, by name.
 */
export function constantVariables(values: ReadonlyMap<string, Float32Array>): RewriteRule {
  // One node per variable, found by its name, because the values may be long.
  const constants = new Map<string, Edge>();
  return (node, [handle], graph) => {
    if (node.op !== 'ReadVariableOp') return undefined;
    const name = String(attributeOf(handle!.node, 'shared_name'));
    const known = constants.get(name);
    if (known) return [known];
    const value = values.get(name);
    if (!value) return undefined;
    const attributes = [typeAttribute('dtype', 'float32')];
    const constant = graph.addUnique({ op: 'Const', attributes, outputs: node.outputs, values: value });
    constants.set(name, { node: constant, index: 0 });
    return [{ node: constant, index: 0 }];
  };
}
