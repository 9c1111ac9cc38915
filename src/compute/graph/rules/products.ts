import { attribute, typeAttribute } from '../attributes.ts';
import { attributeOf, type Edge, type Graph, type Node, typeOf } from '../graph.ts';
import type { Rule } from '../rewrite.ts';

/**
 * oneDNN takes the gradient by a filter one image at a time: with this few pixels an image, its products are too thin.
 * Over all images at once they were 1.5 to 3 times as fast (docs/decisions/0004-compiled-steps.md).
 */
const fewPixels = 16;

/**
 * Below this many channels, oneDNN's AVX-512 kernel for the gradient by the filter of a strided 1x1 convolution writes past its memory
 * (TensorFlow 2.21.0; docs/decisions/0004-compiled-steps.md), which ends the process.
 */
const safeStridedChannels = 16;

/**
 * Gradients by filters whose outputs are small, or whose kernel is not safe, as one product of the whole batch's patches (im2col;
 * Chellapilla et al. 2006).
 */
export const filterGradientsAsProducts: Rule = (node, [x, , dy], graph) => {
  if (node.op !== 'Conv2DBackpropFilter') return undefined;
  const [, height, width, depth] = typeOf(dy!).shape as [number, number, number, number];
  const { shape } = node.outputs[0]!;
  const [rows, columns, channels] = shape as [number, number, number];
  const isUnsafe = rows * columns === 1 && isStrided(node) && channels < safeStridedChannels;
  const dilated = (attributeOf(node, 'dilations') as number[]).some((dilation) => dilation !== 1);
  if (!isUnsafe && (height * width > fewPixels || dilated)) return undefined;
  if (attributeOf(node, 'padding') === 'EXPLICIT') return undefined;
  const patches = patchesOf(graph, x!, [1, rows, columns, 1], attributeOf(node, 'strides') as number[], {
    shape: [...typeOf(dy!).shape.slice(0, 3), rows * columns * channels],
    padding: String(attributeOf(node, 'padding')),
  });
  const gradient = product(graph, flat(graph, patches), flat(graph, dy!), { transposeFirst: true });
  return [graph.reshape(gradient, [rows, columns, channels, depth])];
};

/** Gradients by the inputs of 1x1 convolutions, as products. */
export const pointwiseInputGradientsAsProducts: Rule = (node, [, filter, dy], graph) => {
  if (node.op !== 'Conv2DBackpropInput') return undefined;
  const [rows, columns, channels, depth] = typeOf(filter!).shape as [number, number, number, number];
  if (rows * columns > 1 || isStrided(node)) return undefined;
  const weights = graph.reshape(filter!, [channels, depth]);
  const gradient = product(graph, flat(graph, dy!), weights, { transposeSecond: true });
  return [graph.reshape(gradient, node.outputs[0]!.shape)];
};

function isStrided(node: Node): boolean {
  return (attributeOf(node, 'strides') as number[]).some((stride) => stride !== 1);
}

/** [..., C] as [all the rest, C]. */
function flat(graph: Graph, edge: Edge): Edge {
  const { shape } = typeOf(edge);
  return graph.reshape(edge, [shape.slice(0, -1).reduce((product, length) => product * length, 1), shape.at(-1)!]);
}

function patchesOf(
  graph: Graph,
  x: Edge,
  sizes: readonly number[],
  strides: readonly number[],
  { shape, padding }: { shape: readonly number[]; padding: string },
): Edge {
  const { type } = typeOf(x);
  if (sizes.every((size) => size === 1) && strides.every((stride) => stride === 1)) return x;
  const attributes = [
    typeAttribute('T', type),
    attribute('ksizes', 'int', sizes),
    attribute('strides', 'int', strides),
    attribute('rates', 'int', [1, 1, 1, 1]),
    attribute('padding', 'string', padding),
  ];
  const node = graph.add({ op: 'ExtractImagePatches', attributes, inputs: [x], outputs: [{ shape, type }] });
  return { node, index: 0 };
}

function product(
  graph: Graph,
  a: Edge,
  b: Edge,
  { transposeFirst = false, transposeSecond = false }: { transposeFirst?: boolean; transposeSecond?: boolean },
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
