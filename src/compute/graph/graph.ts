import type { OpAttribute } from '../native.ts';
import type { Values } from '../program.ts';
import { type DataType, typeAttribute } from './attributes.ts';

/** Shape and data type of a tensor whose values are not known yet. */
export interface TensorType {
  readonly shape: readonly number[];
  readonly type: DataType;
}

/** One operation of a graph. */
export interface OperationNode {
  /** Larger than that of every node it depends on. */
  readonly id: number;
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly Edge[];
  /** Nodes that must have run before, whose values are not used. */
  readonly after: readonly OperationNode[];
  readonly outputs: readonly TensorType[];
  /** The values of a constant; one value stands for all if they are equal. */
  readonly values: Values | undefined;
}

/** One output of a node, as the input of another. */
export interface Edge {
  readonly node: OperationNode;
  readonly index: number;
}

/** A function of a graph: separate nodes, which one node outside calls through an attribute. */
export interface GraphFunction {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  /** Nodes outside, with one output each, that a call passes in this order: placeholders and handles of variables. */
  readonly parameters: readonly OperationNode[];
  /** Its nodes, each after its inputs. */
  readonly nodes: readonly OperationNode[];
  readonly results: readonly Edge[];
}

/** The shape and type of an edge. */
export function typeOf(edge: Edge): TensorType {
  return edge.node.outputs[edge.index]!;
}

/** The value of a node's attribute; undefined if it has none of that name. */
export function attributeOf(node: OperationNode, name: string): unknown {
  return node.attributes.find((attribute) => attribute.name === name)?.value;
}

/** The properties of a new node. */
export interface NodeParts {
  readonly op: string;
  readonly attributes?: readonly OpAttribute[];
  readonly inputs?: readonly Edge[];
  readonly after?: readonly OperationNode[];
  readonly outputs: readonly TensorType[];
  readonly values?: Values;
}

/** A text with everything about a node that decides what it computes. */
function keyOf({ op, attributes = [], inputs = [], after = [], outputs, values }: NodeParts): string {
  const from = inputs.map(({ node, index }) => `${node.id}:${index}`);
  const waits = after.map((node) => node.id);
  // The types of outputs follow from those of the inputs; without inputs, they are the node's own.
  const own = inputs.length === 0 ? JSON.stringify(outputs) : '';
  const bytes = values ? Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('latin1') : '';
  return `${op}(${from}|${waits})${JSON.stringify(attributes)}${own}${bytes}`;
}

/** Whether all values are the same, bit for bit. */
function isUniform(values: Values): boolean {
  const first = values[0];
  for (let index = 1; index < values.length; index += 1) if (!Object.is(values[index], first)) return false;
  return true;
}

/** A graph of operations in which equal operations on equal inputs are one node. */
export class OperationGraph {
  readonly #known = new Map<string, OperationNode>();
  #size = 0;

  /** The node that computes this; an equal one if there is one already. */
  add(parts: NodeParts): OperationNode {
    const key = keyOf(parts);
    const known = this.#known.get(key);
    if (known) return known;
    const node = this.addUnique(parts);
    this.#known.set(key, node);
    return node;
  }

  /** Whether another graph was built from the same nodes in the same order. */
  equals(other: OperationGraph): boolean {
    return this.#size === other.#size && [...this.#known.keys()].every((key) => other.#known.has(key));
  }

  /** A new node, even if an equal one exists: for placeholders, and for updates of variables. */
  addUnique({ op, attributes = [], inputs = [], after = [], outputs, values }: NodeParts): OperationNode {
    return { id: this.#size++, op, attributes, inputs, after, outputs, values };
  }

  /** A constant. @param values in row-major order. */
  constant(shape: readonly number[], type: DataType, values: Values): Edge {
    const compact = isUniform(values) ? values.slice(0, 1) : values.slice();
    const attributes = [typeAttribute('dtype', type)];
    return { node: this.add({ op: 'Const', attributes, outputs: [{ shape, type }], values: compact }), index: 0 };
  }

  /** The same values in another shape of the same size. */
  reshape(edge: Edge, shape: readonly number[]): Edge {
    const { type } = typeOf(edge);
    const attributes = [typeAttribute('T', type), typeAttribute('Tshape', 'int32')];
    const inputs = [edge, this.constant([shape.length], 'int32', Int32Array.from(shape))];
    return { node: this.add({ op: 'Reshape', attributes, inputs, outputs: [{ shape, type }] }), index: 0 };
  }

  /** The same values as another data type. */
  cast(edge: Edge, type: DataType): Edge {
    const from = typeOf(edge);
    if (from.type === type) return edge;
    const attributes = [typeAttribute('SrcT', from.type), typeAttribute('DstT', type)];
    return {
      node: this.add({ op: 'Cast', attributes, inputs: [edge], outputs: [{ shape: from.shape, type }] }),
      index: 0,
    };
  }

  /** The same bits as another data type of as many. */
  bitcast(edge: Edge, type: DataType): Edge {
    const from = typeOf(edge);
    const attributes = [typeAttribute('T', from.type), typeAttribute('type', type)];
    return {
      node: this.add({ op: 'Bitcast', attributes, inputs: [edge], outputs: [{ shape: from.shape, type }] }),
      index: 0,
    };
  }
}

/** The nodes that the given ones depend on, and the given ones, each after its inputs. */
export function reachable(roots: Iterable<OperationNode>): OperationNode[] {
  const found = new Set<OperationNode>();
  const pending = [...roots];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    pending.push(...node.inputs.map((edge) => edge.node), ...node.after);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** The values of a constant, all of them; undefined if the edge carries no constant. */
export function constantValues({ node }: Edge): readonly number[] | undefined {
  if (!node.values) return undefined;
  const size = node.outputs[0]!.shape.reduce((product, length) => product * length, 1);
  return node.values.length === size ? [...node.values] : new Array<number>(size).fill(node.values[0]!);
}
