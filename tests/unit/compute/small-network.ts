import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../../../src/compute/kernels.ts';
import type { FunctionSpec, ProgramSpec, Scope } from '../../../src/compute/program.ts';

const [side, filters, classes] = [6, 4, 3];
const trainable: Readonly<Record<string, readonly number[]>> = {
  kernel: [3, 3, 3, filters],
  gamma: [filters],
  beta: [filters],
  branch: [1, 1, filters, filters],
  bias: [filters],
  dense: [filters, classes],
};

/** A convolution padded as ResNet's are, batch norm, ReLU, a residual branch, maximum pooling, mean, dense: what the recipe's networks are made of. */
export function smallProgram(tf: typeof tfjs, kernels: Kernels): ProgramSpec {
  const pad: [number, number][] = [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ];

  function step(size: number): FunctionSpec {
    return {
      inputs: {
        images: { shape: [size, side, side, 3], dtype: 'uint8' },
        labels: { shape: [size], dtype: 'int32' },
        rate: { shape: [], dtype: 'float32' },
      },
      body(scope: Scope, { images, labels, rate }) {
        const scaled = tf.sub(tf.div(images!, 127.5), 1) as Tensor4D;
        const { loss, gradients } = scope.gradients(Object.keys(trainable), () => {
          const convolved = tf.conv2d(tf.pad(scaled, pad) as Tensor4D, scope.read('kernel') as Tensor4D, 2, 'valid');
          const { y, mean, variance } = kernels.batchNormTraining(
            convolved,
            scope.read('gamma') as Tensor1D,
            scope.read('beta') as Tensor1D,
            1.001e-5,
          );
          move(scope, 'mean', mean);
          move(scope, 'variance', variance);
          const active = kernels.relu(y);
          const branch = tf.add(tf.conv2d(active, scope.read('branch') as Tensor4D, 1, 'valid'), scope.read('bias'));
          const pooled = tf.maxPool(tf.pad(tf.add(active, branch), pad) as Tensor4D, 3, 2, 'valid');
          const logits: Tensor2D = tf.matMul(tf.mean(pooled, [1, 2]), scope.read('dense'));
          return tf.mean(kernels.sparseSoftmaxCrossEntropy(logits, labels as Tensor1D));
        });
        scope.adam(gradients, rate!, { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
        return { loss, kernel: scope.read('kernel') };
      },
    };
  }

  function move(scope: Scope, name: string, statistic: Tensor1D): void {
    scope.assign(name, tf.add(tf.mul(scope.read(name), 0.99), tf.mul(statistic, 0.01)));
  }

  const moments = Object.entries(trainable).flatMap(([name, shape]) => [
    { name: `${name}/m`, shape },
    { name: `${name}/v`, shape },
  ]);
  return {
    variables: [
      ...Object.entries(trainable).map(([name, shape]) => ({ name, shape })),
      ...moments,
      { name: 'mean', shape: [filters] },
      { name: 'variance', shape: [filters] },
      { name: 'adam/beta1-power', shape: [] },
      { name: 'adam/beta2-power', shape: [] },
    ],
    functions: { step: step(8), 'last-step': step(5) },
  };
}
