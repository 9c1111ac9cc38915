import { attribute, typeAttribute } from '../attributes.ts';
import { attributeOf, constantValues, type Edge, typeOf } from '../graph.ts';
import type { RewriteRule } from '../rewrite.ts';

const layout = attribute('data_format', 'string', 'NHWC');

/** Adding a vector to the channels of images, in the operation that TensorFlow fuses into the convolution before it. */
export const biasAdd: RewriteRule = (node, [x, bias], graph) => {
  if (node.op !== 'Add' && node.op !== 'AddV2') return undefined;
  const { shape, type } = typeOf(x!);
  const vector = typeOf(bias!).shape;
  if (shape.length !== 4 || vector.length !== 1 || vector[0] !== shape[3]) return undefined;
  const attributes = [typeAttribute('T', type), layout];
  const add = (images: Edge) =>
    graph.add({ op: 'BiasAdd', attributes, inputs: [images, bias!], outputs: [typeOf(images)] });
  // TensorFlow fuses it into a product, too, but not past a reshape.
  const isProduct = x!.node.op === 'Reshape' && x!.node.inputs[0]!.node.op === 'MatMul';
  if (isProduct) return [graph.reshape({ node: add(x!.node.inputs[0]!), index: 0 }, shape)];
  return [{ node: add(x!), index: 0 }];
};

/** The sum over all but the channels of images, in the operation made for the gradient of a bias. */
export const biasGradient: RewriteRule = (node, [x, axes], graph) => {
  if (node.op !== 'Sum' || attributeOf(node, 'keep_dims')) return undefined;
  const { shape, type } = typeOf(x!);
  if (shape.length !== 4 || constantValues(axes!)?.join() !== '0,1,2') return undefined;
  const attributes = [typeAttribute('T', type), layout];
  return [{ node: graph.add({ op: 'BiasAddGrad', attributes, inputs: [x!], outputs: node.outputs }), index: 0 }];
};
