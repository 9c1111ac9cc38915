import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { attribute, typeAttribute } from '../graph/attributes.ts';
import type { Kernels } from '../kernels.ts';
import type { Native, OpAttribute } from '../native.ts';
import { composeKernels } from './composed.ts';

type CustomGradient = Parameters<typeof tfjs.customGrad<Tensor>>[0];
type Save = (tensors: Tensor[]) => void;

const float = typeAttribute('T', 'float32');

function batchNormAttributes(epsilon: number, training: boolean): OpAttribute[] {
  return [
    float,
    typeAttribute('U', 'float32'),
    attribute('epsilon', 'float', epsilon),
    attribute('data_format', 'string', 'NHWC'),
    attribute('is_training', 'bool', training),
  ];
}

/** Which kernels can be used. */
interface KernelOptions {
  /** TensorFlow refuses its fused cross-entropy on a GPU if kernels must be deterministic, so that is composed of other operations. */
  readonly deterministicOnGpu?: boolean;
}

/** TensorFlow's fused kernels, forward and gradient, called through the addon. */
export function makeKernels({ tf, backend }: Native, { deterministicOnGpu = false }: KernelOptions = {}): Kernels {
  // The forward operation runs outside customGrad, which frees everything that its function makes except its one value; statistics made
  // here live as long as the caller's tidy.
  function batchNorm(
    training: boolean,
    epsilon: number,
    inputs: readonly [x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, mean: Tensor1D, variance: Tensor1D],
  ): { y: Tensor4D; mean: Tensor1D; variance: Tensor1D } {
    const [x, gamma, beta, givenMean, givenVariance] = inputs;
    const attributes = batchNormAttributes(epsilon, training);
    const outputs = backend.executeMultipleOutputs('FusedBatchNormV3', attributes, inputs, 6);
    const [y, mean, variance, batchMean, batchVariance, workspace] = outputs as [Tensor, ...Tensor1D[]];
    const statistics = training ? [batchMean!, batchVariance!] : [givenMean, givenVariance];
    const differentiable = tf.customGrad(((x: Tensor, gamma: Tensor, _beta: Tensor, save: Save) => {
      save([x, gamma, ...statistics, workspace!]);
      const gradFunc = (dy: Tensor, saved: Tensor[]) =>
        backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3);
      return { value: tf.clone(y), gradFunc };
    }) as CustomGradient);
    return { y: differentiable(x, gamma, beta) as Tensor4D, mean: mean!, variance: variance! };
  }

  const relu = tf.customGrad(((x: Tensor, save: Save) => {
    const y = backend.executeSingleOutput('Relu', [float], [x]);
    save([y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, [y]: Tensor[]) => backend.executeSingleOutput('ReluGrad', [float], [dy, y!]),
    };
  }) as CustomGradient);

  function sparseSoftmaxCrossEntropy(logits: Tensor2D, labels: Tensor1D): Tensor1D {
    const attributes = [float, typeAttribute('Tlabels', 'int32')];
    const [losses, gradient] = backend.executeMultipleOutputs(
      'SparseSoftmaxCrossEntropyWithLogits',
      attributes,
      [logits, labels],
      2,
    );
    const differentiable = tf.customGrad(((_logits: Tensor, save: Save) => {
      save([gradient!]);
      const gradFunc = (dy: Tensor, [gradient]: Tensor[]) => tf.mul(tf.expandDims(dy, 1), gradient!);
      return { value: tf.clone(losses!), gradFunc };
    }) as CustomGradient);
    return differentiable(logits) as Tensor1D;
  }

  return {
    batchNormTraining(x, gamma, beta, epsilon) {
      const none = tf.tensor1d([]);
      return batchNorm(true, epsilon, [x, gamma, beta, none, none]);
    },
    batchNormInference(x, gamma, beta, mean, variance, epsilon) {
      return batchNorm(false, epsilon, [x, gamma, beta, mean, variance]).y;
    },
    relu: <T extends Tensor>(x: T) => relu(x) as T,
    sparseSoftmaxCrossEntropy: deterministicOnGpu
      ? composeKernels(tf).sparseSoftmaxCrossEntropy
      : sparseSoftmaxCrossEntropy,
  };
}
