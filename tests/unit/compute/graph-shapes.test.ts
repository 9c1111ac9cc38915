import type { Tensor, Tensor1D, Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dataTypeOf } from '../../../src/compute/graph/attributes.ts';
import type { TensorType } from '../../../src/compute/graph/graph.ts';
import { shapeRules } from '../../../src/compute/graph/shapes/rules.ts';
import { makeKernels } from '../../../src/compute/kernels/fused.ts';
import type { OpAttribute } from '../../../src/compute/native.ts';
import { testNative } from '../../support/native.ts';

const native = testNative();
const { tf, backend } = native;
const kernels = makeKernels(native);

/** Runs a body and calls back for every operation it makes TensorFlow run. */
function watch(
  body: () => void,
  onOperation: (
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    outputs: Tensor[],
  ) => void,
): void {
  const { executeSingleOutput: single, executeMultipleOutputs: multiple } = backend;
  backend.executeSingleOutput = (op, attributes, inputs) => {
    const output = single.call(backend, op, attributes, inputs);
    onOperation(op, attributes, inputs, [output]);
    return output;
  };
  backend.executeMultipleOutputs = (op, attributes, inputs, count) => {
    const outputs = multiple.call(backend, op, attributes, inputs, count);
    onOperation(op, attributes, inputs, outputs);
    return outputs;
  };
  try {
    tf.tidy(body);
  } finally {
    Reflect.deleteProperty(backend, 'executeSingleOutput');
    Reflect.deleteProperty(backend, 'executeMultipleOutputs');
  }
}

function typeOf({ shape, dtype }: TensorInfo): TensorType {
  return { shape, type: dataTypeOf(backend.getDTypeInteger(dtype))! };
}

const x = tf.ones([2, 9, 7, 3]) as Tensor4D;
const flat = tf.ones([4, 5]) as Tensor2D;
const positions = tf.tensor1d([0, 2, 1, 1], 'int32');
const scale = tf.ones([3]) as Tensor1D;
const isTrue = tf.greater(flat, 0);

function gradientOf(f: (x: Tensor4D) => Tensor): void {
  tf.grad((x: Tensor) => tf.sum(f(x as Tensor4D)))(x);
}

const bodies: Readonly<Record<string, () => void>> = {
  unary: () => {
    const functions = [
      ...[
        tf.abs,
        tf.ceil,
        tf.elu,
        tf.exp,
        tf.expm1,
        tf.floor,
        tf.log,
        tf.log1p,
        tf.neg,
        tf.onesLike,
        tf.reciprocal,
        tf.relu,
      ],
      ...[tf.relu6, tf.round, tf.rsqrt, tf.sigmoid, tf.sign, tf.softmax, tf.softplus, tf.sqrt, tf.square, tf.tanh],
      ...[tf.zerosLike, tf.logSoftmax],
    ];
    for (const f of functions) (f as (x: Tensor) => Tensor)(flat);
    tf.logicalNot(isTrue);
    tf.addN([flat, flat]);
    tf.cast(flat, 'int32');
    tf.cast(positions, 'bool');
    tf.where(isTrue, flat, flat);
  },
  binary: () => {
    const arithmetic = [
      tf.add,
      tf.div,
      tf.floorDiv,
      tf.maximum,
      tf.minimum,
      tf.mul,
      tf.pow,
      tf.squaredDifference,
      tf.sub,
    ];
    const comparisons = [tf.equal, tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.notEqual];
    for (const f of [...arithmetic, ...comparisons]) {
      f(flat, tf.ones([4, 1]));
      f(tf.ones([3, 1, 5]), flat);
      f(flat, tf.scalar(2));
    }
    tf.logicalAnd(isTrue, isTrue);
    tf.logicalOr(isTrue, tf.greater(tf.ones([5]), 0));
  },
  reductions: () => {
    for (const f of [tf.sum, tf.mean, tf.max, tf.min, tf.prod]) {
      f(x);
      f(x, [1, 2]);
      f(x, -1, true);
    }
    tf.all(isTrue, 1);
    tf.any(isTrue, [0], true);
    tf.argMax(flat, 1);
    tf.argMin(x, 0);
  },
  arrangement: () => {
    tf.pad(flat, [
      [1, 2],
      [0, 3],
    ]);
    tf.reshape(flat, [2, -1]);
    tf.fill([2, 3], 1, 'int32');
    tf.slice(x, [0, 1, 2, 0], [2, 3, -1, 1]);
    tf.transpose(x, [3, 0, 2, 1]);
    tf.tile(flat, [2, 3]);
    tf.concat([x, x, x], -1);
    tf.concat([flat, flat], 0);
    tf.oneHot(positions, 6);
    tf.expandDims(x, 1);
    tf.expandDims(x, -1);
  },
  convolution: () => {
    for (const [side, stride, padding] of [
      [1, 1, 'valid'],
      [3, 2, 'valid'],
      [3, 2, 'same'],
      [2, 3, 'same'],
    ] as const) {
      const kernel = tf.ones([side, side, 3, 4]) as Tensor4D;
      tf.grads((x: Tensor, kernel: Tensor) => tf.sum(tf.conv2d(x as Tensor4D, kernel as Tensor4D, stride, padding)))([
        x,
        kernel,
      ]);
      gradientOf((x) => tf.maxPool(x, side, stride, padding));
      gradientOf((x) => tf.avgPool(x, side, stride, padding));
    }
    const kernel = tf.ones([3, 2, 3, 4]) as Tensor4D;
    tf.conv2d(x, kernel, 1, 'valid', 'NHWC', 2);
    tf.conv2d(x, kernel, 2, [
      [0, 0],
      [1, 2],
      [0, 3],
      [0, 0],
    ]);
  },
  normalisation: () => {
    tf.grads((x: Tensor, scale: Tensor) =>
      tf.sum(kernels.batchNormTraining(x as Tensor4D, scale as Tensor1D, scale as Tensor1D, 1e-3).y),
    )([x, scale]);
    gradientOf((x) => kernels.batchNormInference(x, scale, scale, scale, scale, 1e-3));
    gradientOf((x) => kernels.relu(x));
  },
  products: () => {
    tf.matMul(flat, flat, true);
    tf.matMul(flat, flat, false, true);
    tf.matMul(tf.ones([3, 2, 4]), flat);
    tf.matMul(tf.ones([2, 4]), tf.ones([3, 5, 2]), true, true);
    tf.grad((z: Tensor) => tf.sum(kernels.sparseSoftmaxCrossEntropy(z as Tensor2D, positions)))(flat);
  },
};

const seen = new Set<string>();

test.each(Object.keys(bodies))('shape rules say of %s what TensorFlow does', (name) => {
  watch(bodies[name]!, (op, attributes, inputs, outputs) => {
    const rule = shapeRules.get(op);
    if (!rule) return;
    seen.add(op);
    const said = rule({
      inputs: inputs.map(typeOf),
      attribute: (name) => attributes.find((attribute) => attribute.name === name)?.value,
      constant: (input) => [...backend.readSync(inputs[input]!.dataId)],
    });
    // The workspace of batch norm is opaque: only its gradient takes it, whatever its shape.
    const visible = op.startsWith('FusedBatchNorm') ? 3 : outputs.length;
    expect([op, said.slice(0, visible)]).toEqual([op, outputs.slice(0, visible).map(typeOf)]);
  });
});

test('every shape rule was held to TensorFlow', () => {
  expect([...shapeRules.keys()].filter((op) => !seen.has(op))).toEqual([]);
});
