import type { Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Signature } from '../../../src/compute/graph/checks.ts';
import { OperationGraph, reachable, typeOf } from '../../../src/compute/graph/graph.ts';
import { optimise } from '../../../src/compute/graph/optimise.ts';
import { edgesOf } from '../../../src/compute/graph/rewrite.ts';
import { constantVariables } from '../../../src/compute/graph/rules/constants.ts';
import { trace } from '../../../src/compute/graph/trace.ts';
import { makeKernels } from '../../../src/compute/kernels/fused.ts';
import { testNative } from '../../support/native.ts';

const native = testNative();
const { tf } = native;
const { relu } = makeKernels(native);

type Target = Parameters<typeof optimise>[2];

/** The nodes of the gradients of relu(conv(conv1x1(x)) + bias), summed, by both kernels and the bias. */
function nodesOfConvolution(
  side: number,
  size: number,
  { channels = 3, stride = 1, ...target }: Partial<Target> & { channels?: number; stride?: number } = {},
) {
  const variables = [
    { name: 'pointwise', shape: [1, 1, 3, channels] },
    { name: 'kernel', shape: [size, size, channels, 4] },
    { name: 'bias', shape: [4] },
  ];
  const traced = trace(native, new Signature({ variables, functions: {} }), {
    inputs: { x: { shape: [2, side, side, 3], dtype: 'float32' } },
    body(scope, { x }) {
      const { loss, gradients } = scope.gradients(['pointwise', 'kernel', 'bias'], () => {
        const before = relu(tf.conv2d(x as Tensor4D, scope.read('pointwise') as Tensor4D, 1, 'valid'));
        const after = tf.conv2d(before, scope.read('kernel') as Tensor4D, stride, 'same');
        return tf.sum(relu(tf.add(after, scope.read('bias'))));
      });
      for (const [name, gradient] of gradients) scope.assign(name, gradient);
      return { loss };
    },
  });
  const { outputs, updates } = optimise(traced, new OperationGraph(), {
    device: 'cpu',
    precision: 'float32',
    constants: constantVariables(new Map()),
    ...target,
  });
  return reachable([...outputs.values(), ...[...updates.values()].flatMap(edgesOf)].map(({ node }) => node));
}

function counts(nodes: ReturnType<typeof nodesOfConvolution>, ...ops: string[]): number[] {
  return ops.map((op) => nodes.filter((node) => node.op === op).length);
}

const convolutions = ['Conv2DBackpropFilter', 'Conv2DBackpropInput', 'GatherV2', 'MatMul'];

test('gradients by filters over few pixels are products of patches', () => {
  expect(counts(nodesOfConvolution(4, 3), ...convolutions)).toEqual([0, 1, 1, 2]);
  expect(counts(nodesOfConvolution(5, 3), ...convolutions)).toEqual([2, 1, 0, 0]);
});

test('gradients by strided 1x1 filters are products where the kernel for them would write past its memory', () => {
  const [narrow, wide] = [15, 16].map((channels) => nodesOfConvolution(16, 1, { channels, stride: 2 }));
  expect(counts(narrow!, ...convolutions)).toEqual([1, 1, 1, 1]);
  expect(counts(wide!, ...convolutions)).toEqual([2, 1, 0, 0]);
});

test('gradients by the inputs of 1x1 convolutions are products', () => {
  expect(counts(nodesOfConvolution(5, 1), ...convolutions)).toEqual([2, 0, 0, 1]);
});

test('with AVX-512, 1x1 convolutions are products, but for gradients by the inputs of those that widen images of many pixels', () => {
  const rest = ['Conv2D', ...convolutions];
  const device = 'cpu with AVX-512';
  // Of the two convolutions the second is 1x1 here and widens 3 channels to 4; nobody asks for the gradient by the first one's input.
  expect(counts(nodesOfConvolution(5, 1, { device }), ...rest)).toEqual([0, 0, 1, 0, 4]);
  expect(counts(nodesOfConvolution(4, 1, { device }), ...rest)).toEqual([0, 0, 0, 0, 5]);
  expect(counts(nodesOfConvolution(5, 1, { device, channels: 4 }), ...rest)).toEqual([0, 0, 0, 0, 5]);
  expect(counts(nodesOfConvolution(5, 3, { device }), ...rest)).toEqual([1, 1, 1, 0, 2]);
});

test('a bias is added to a product before it has the shape of images, where TensorFlow fuses both', () => {
  const nodes = nodesOfConvolution(5, 1, { device: 'cpu with AVX-512' });
  expect(nodes.filter(({ op }) => op === 'BiasAdd').map(({ inputs }) => inputs[0]!.node.op)).toEqual(['MatMul']);
});

test('in bfloat16, with AMX, convolutions that widen images of many pixels stay, and a bias keeps away from products', () => {
  const target = { device: 'cpu with AMX', precision: 'bfloat16' } as const;
  const biased = (side: number) =>
    nodesOfConvolution(side, 1, target).flatMap(({ op, inputs }) => (op === 'BiasAdd' ? [inputs[0]!.node.op] : []));
  expect([biased(5), biased(4)]).toEqual([['Conv2D'], ['Reshape']]);
  expect(counts(nodesOfConvolution(5, 1, { ...target, precision: 'float32' }), 'Conv2D')).toEqual([0]);
});

test('in bfloat16, the gradient by a bias is a product with ones, but on a GPU', () => {
  const sums = (target: Partial<Target>) =>
    counts(nodesOfConvolution(5, 3, { ...target, precision: 'bfloat16' }), 'MatMul', 'BiasAddGrad');
  expect(sums({ device: 'cpu' })).toEqual([1, 0]);
  expect(sums({ device: 'gpu' })).toEqual([0, 1]);
});

test('a GPU has kernels for all of them', () => {
  expect(counts(nodesOfConvolution(4, 1, { device: 'gpu' }), ...convolutions)).toEqual([2, 1, 0, 0]);
});

test('a bias and its gradient are operations of their own', () => {
  expect(counts(nodesOfConvolution(5, 3), 'BiasAdd', 'BiasAddGrad', 'Add')).toEqual([1, 1, 0]);
});

test('in bfloat16, activations stay narrow and variables wide', () => {
  const nodes = nodesOfConvolution(5, 3, { precision: 'bfloat16' });
  for (const op of ['Conv2D', 'BiasAdd', 'Relu', 'ReluGrad', 'Conv2DBackpropFilter', 'Conv2DBackpropInput']) {
    const types = nodes.filter((node) => node.op === op).map((node) => node.outputs[0]!.type);
    expect([op, new Set(types)]).toEqual([op, new Set(['bfloat16'])]);
  }
  const wide = nodes.filter((node) => node.op === 'Sum' || node.op === 'ReadVariableOp');
  expect(new Set(wide.flatMap((node) => node.outputs.map(({ type }) => type)))).toEqual(new Set(['float32']));
  // The image, the three variables, the loss, its gradient, the ones that sum for the bias: nothing between the layers.
  const casts = nodes.filter((node) => node.op === 'Cast').map((node) => typeOf(node.inputs[0]!).type);
  expect(casts.filter((type) => type === 'float32')).toHaveLength(6);
  expect(casts.filter((type) => type === 'bfloat16')).toHaveLength(1);
});

test('reads of a variable that never changes are one constant with its values', () => {
  const values = Float32Array.from({ length: 9 }, (_, index) => index);
  const nodes = nodesOfConvolution(5, 3, { constants: constantVariables(new Map([['pointwise', values]])) });
  expect(nodes.filter((node) => node.values === values).map(({ op }) => op)).toEqual(['Const']);
  expect(counts(nodes, 'ReadVariableOp')).toEqual([2]);
});

test.each([
  ['a small matrix', [1, 1, 4, 8], 'Const'],
  ['a matrix, which oneDNN reads as it is', [1, 1, 64, 512], 'ReadVariableOp'],
  ['a filter, which oneDNN reorders', [3, 3, 64, 64], 'Const'],
  ['a filter that takes much memory', [3, 3, 512, 512], 'ReadVariableOp'],
])('of what never changes, %s stays or becomes a constant', (_, shape, op) => {
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
  const traced = trace(native, new Signature({ variables: [{ name: 'w', shape, constant: values }], functions: {} }), {
    inputs: { x: { shape: [2, 8, 8, shape[2]!], dtype: 'float32' } },
    body: (scope, { x }) => ({ y: tf.conv2d(x as Tensor4D, scope.read('w') as Tensor4D, 1, 'same') }),
  });
  const { outputs } = optimise(traced, new OperationGraph(), {
    device: 'cpu with AVX-512',
    precision: 'float32',
    constants: constantVariables(new Map([['w', values]])),
  });
  const nodes = reachable([...outputs.values()].map(({ node }) => node));
  expect(nodes.filter((node) => node.op === op && node.outputs[0]!.shape === shape)).toHaveLength(1);
});

test('equal operations are one node, and what nothing needs is none', () => {
  const signature = new Signature({ variables: [{ name: 'w', shape: [3] }], functions: {} });
  const traced = trace(native, signature, {
    inputs: {},
    body(scope) {
      tf.exp(scope.read('w'));
      return { y: tf.add(tf.mul(scope.read('w'), 2), tf.mul(scope.read('w'), tf.scalar(2))) };
    },
  });
  const nodes = reachable([...traced.outputs.values()].map(({ node }) => node));
  expect(nodes.map(({ op }) => op)).toEqual(['VarHandleOp', 'ReadVariableOp', 'Const', 'Mul', 'Add']);
});
