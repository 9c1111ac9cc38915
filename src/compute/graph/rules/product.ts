import { attribute, typeAttribute } from '../attributes.ts';
import { attributeOf, type Edge, type OperationGraph, type OperationNode, typeOf } from '../graph.ts';

/** The properties of a CPU that decide whether a product is faster than a convolution (docs/decisions/0004-compiled-steps.md). */
export interface Vectors {
  readonly hasAvx512: boolean;
}

/** [..., C] as a matrix with C columns. */
export function flat(graph: OperationGraph, edge: Edge): Edge {
  const { shape } = typeOf(edge);
  return graph.reshape(edge, [shape.slice(0, -1).reduce((product, length) => product * length, 1), shape.at(-1)!]);
}

/** The product of two matrices, each transposed first if requested. */
export function product(
  graph: OperationGraph,
  a: Edge,
  b: Edge,
  { transposeFirst = false, transposeSecond = false }: { transposeFirst?: boolean; transposeSecond?: boolean } = {},
): Edge {
  const { type } = typeOf(a);
  const attributes = [
    typeAttribute('T', type),
    attribute('transpose_a', 'bool', transposeFirst),
    attribute('transpose_b', 'bool', transposeSecond),
  ];
  const shape = [typeOf(a).shape[transposeFirst ? 1 : 0]!, typeOf(b).shape[transposeSecond ? 0 : 1]!];
  return { node: graph.add({ op: 'MatMul', attributes, inputs: [a, b], outputs: [{ shape, type }] }), index: 0 };
}

/** Whether a convolution, or a gradient of one, skips pixels. */
export function isStrided(node: OperationNode): boolean {
  return (attributeOf(node, 'strides') as number[]).some((stride) => stride !== 1);
}

/** Whether a filter of this shape, [height, width, ...], covers one pixel. */
export function isPointwise([height, width]: readonly number[]): boolean {
  return height === 1 && width === 1;
}
