import { attributeOf, type OperationNode, typeOf } from '../graph.ts';
import type { RewriteRule } from '../rewrite.ts';
import { patchesOf } from './patches.ts';
import { flat, isPointwise, isStrided, product, type Vectors } from './product.ts';

/**
 * oneDNN computes the gradient with respect to a filter one image at a time: with this few pixels per image, its products are too thin.
 * Over all images at once they were 1.5 to 3 times as fast (docs/decisions/0004-compiled-steps.md).
 */
const fewPixels = 16;

/**
 * Below this many channels, oneDNN's AVX-512 kernel for the gradient with respect to the filter of a strided 1x1 convolution writes beyond
 * its memory (TensorFlow 2.21.0; docs/decisions/0004-compiled-steps.md), which crashes the process.
 */
const safeStridedChannels = 16;

/**
 * Gradients with respect to filters as one product of the whole batch's patches (im2col; Chellapilla et al. 2006): for small outputs, for
 * 1x1 filters if the CPU has AVX-512, and where oneDNN's kernel is not safe.
 */
export function filterGradientsAsProducts({ hasAvx512 }: Vectors): RewriteRule {
  return (node, [x, , dy], graph) => {
    if (node.op !== 'Conv2DBackpropFilter' || attributeOf(node, 'padding') === 'EXPLICIT') return undefined;
    const [, height, width, depth] = typeOf(dy!).shape as [number, number, number, number];
    const [rows, columns, channels] = node.outputs[0]!.shape as [number, number, number];
    const isUnsafe = isPointwise([rows, columns]) && isStrided(node) && channels < safeStridedChannels;
    const isSlow = isPointwise([rows, columns]) && !isStrided(node) && hasAvx512;
    const isSmall = height * width <= fewPixels && !isDilated(node);
    if (!isUnsafe && !isSlow && !isSmall) return undefined;
    const [, rowStride, columnStride] = attributeOf(node, 'strides') as [number, number, number];
    const isPadded = attributeOf(node, 'padding') === 'SAME';
    const patches = patchesOf(graph, x!, [
      { size: rows, stride: rowStride, length: height, isPadded },
      { size: columns, stride: columnStride, length: width, isPadded },
    ]);
    const gradient = product(graph, patches, flat(graph, dy!), { transposeFirst: true });
    return [graph.reshape(gradient, [rows, columns, channels, depth])];
  };
}

function isDilated(node: OperationNode): boolean {
  return (attributeOf(node, 'dilations') as number[]).some((dilation) => dilation !== 1);
}
