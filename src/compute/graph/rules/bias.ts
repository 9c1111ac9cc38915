import { attribute, typeAttribute } from '../attributes.ts';
import { attributeOf, constantValues, type Edge, type OperationNode, typeOf } from '../graph.ts';
import type { RewriteRule } from '../rewrite.ts';
import { flat, product } from './product.ts';

const layout = attribute('data_format', 'string', 'NHWC');

/**
 * Adding a vector to the channels of images, in the operation that TensorFlow fuses into the convolution before it.
 * @param fusesProducts whether it is fused into a product, too.
 */
export function biasAdd({ fusesProducts }: { readonly fusesProducts: boolean }): RewriteRule {
  return (node, [x, bias], graph) => {
    if (node.op !== 'Add' && node.op !== 'AddV2') return undefined;
    const { shape, type } = typeOf(x!);
    const vector = typeOf(bias!).shape;
    if (shape.length !== 4 || vector.length !== 1 || vector[0] !== shape[3]) return undefined;
    const attributes = [typeAttribute('T', type), layout];
    const add = (images: Edge) =>
      graph.add({ op: 'BiasAdd', attributes, inputs: [images, bias!], outputs: [typeOf(images)] });
    // TensorFlow does not fuse past a reshape.
    const isProduct = x!.node.op === 'Reshape' && x!.node.inputs[0]!.node.op === 'MatMul';
    if (isProduct && fusesProducts) return [graph.reshape({ node: add(x!.node.inputs[0]!), index: 0 }, shape)];
    return [{ node: add(x!), index: 0 }];
  };
}

/** The sum over everything but the channels of images, with the operation for the gradient of a bias. */
export const biasGradient: RewriteRule = (node, inputs, graph) => {
  if (!sumsToChannels(node, inputs)) return undefined;
  const [x] = inputs;
  const attributes = [typeAttribute('T', typeOf(x!).type), layout];
  return [{ node: graph.add({ op: 'BiasAddGrad', attributes, inputs: [x!], outputs: node.outputs }), index: 0 }];
};

/** The same sum as a product with ones: in bfloat16, TensorFlow's operation takes several times as long as reading what it sums. */
export const biasGradientAsProduct: RewriteRule = (node, inputs, graph) => {
  if (!sumsToChannels(node, inputs)) return undefined;
  const rows = flat(graph, inputs[0]!);
  const { shape, type } = typeOf(rows);
  const count = shape[0]!;
  const sums = product(graph, graph.constant([1, count], type, new Float32Array(count).fill(1)), rows);
  return [graph.reshape(sums, node.outputs[0]!.shape)];
};

function sumsToChannels(node: OperationNode, [x, axes]: readonly Edge[]): boolean {
  if (node.op !== 'Sum' || attributeOf(node, 'keep_dims')) return false;
  return typeOf(x!).shape.length === 4 && constantValues(axes!)?.join() === '0,1,2';
}
