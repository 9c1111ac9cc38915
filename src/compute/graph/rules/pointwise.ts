import { typeOf } from '../graph.ts';
import type { RewriteRule } from '../rewrite.ts';
import { flat, isPointwise, isStrided, product, type Vectors } from './product.ts';

/** With more pixels per image, oneDNN's AVX-512 kernel is faster than the product if the convolution has more outputs than inputs. */
const fewPixels = 16;

/**
 * 1x1 convolutions as products.
 * @param keepsWidening whether those stay convolutions that have more outputs than inputs, and more than a few pixels.
 */
export function pointwiseAsProducts({ keepsWidening }: { readonly keepsWidening: boolean }): RewriteRule {
  return (node, [x, filter], graph) => {
    if (node.op !== 'Conv2D') return undefined;
    const [rows, columns, channels, depth] = typeOf(filter!).shape as [number, number, number, number];
    if (!isPointwise([rows, columns]) || isStrided(node)) return undefined;
    const [, height, width] = typeOf(x!).shape as [number, number, number];
    if (keepsWidening && depth > channels && height * width > fewPixels) return undefined;
    const outputs = product(graph, flat(graph, x!), graph.reshape(filter!, [channels, depth]));
    return [graph.reshape(outputs, node.outputs[0]!.shape)];
  };
}

/** Gradients with respect to the inputs of 1x1 convolutions, as matrix products. */
export function pointwiseInputGradientsAsProducts({ hasAvx512 }: Vectors): RewriteRule {
  return (node, [, filter, dy], graph) => {
    if (node.op !== 'Conv2DBackpropInput') return undefined;
    const [rows, columns, channels, depth] = typeOf(filter!).shape as [number, number, number, number];
    if (!isPointwise([rows, columns]) || isStrided(node)) return undefined;
    const [, height, width] = typeOf(dy!).shape as [number, number, number];
    if (hasAvx512 && depth > channels && height * width > fewPixels) return undefined;
    const weights = graph.reshape(filter!, [channels, depth]);
    const gradient = product(graph, flat(graph, dy!), weights, { transposeSecond: true });
    return [graph.reshape(gradient, node.outputs[0]!.shape)];
  };
}
