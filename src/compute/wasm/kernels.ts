import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { composeKernels } from '../kernels/composed.ts';
import type { Kernels } from '../kernels.ts';

type CustomGradient = Parameters<typeof tfjs.customGrad<Tensor>>[0];
type Save = (tensors: Tensor[]) => void;

/** Values per row of a broadcast: the backend works row by row, and short rows cost more than the arithmetic. */
const rowLength = 1024;

/** The composed operations, with an explicit gradient for batch norm: few passes over the images, each of them fast here. */
export function wasmKernels(tf: typeof tfjs): Kernels {
  const sum = (x: Tensor) => tf.sum(x, [0, 1, 2]) as Tensor1D;

  return {
    ...composeKernels(tf),
    batchNormTraining(x, gamma, beta, epsilon) {
      const count = x.size / gamma.size;
      const mean = tf.div(sum(x), count) as Tensor1D;
      const centred = perChannel(tf, tf.sub, x, mean);
      const variance = tf.div(sum(tf.square(centred)), count) as Tensor1D;
      const inverse = tf.rsqrt(tf.add(variance, epsilon));
      // Ioffe & Szegedy 2015, section 3: dx = gamma inverse (dy - mean(dy) - centred inverse^2 mean(dy centred)).
      const normalise = tf.customGrad(((_x: Tensor, gamma: Tensor, beta: Tensor, save: Save) => {
        save([centred, gamma, inverse]);
        const gradFunc = (dy: Tensor, [centred, gamma, inverse]: [Tensor4D, Tensor, Tensor]) => {
          const dBeta = sum(dy);
          const dGamma = tf.mul(sum(tf.mul(dy, centred)), inverse);
          const along = perChannel(tf, tf.mul, centred, tf.div(tf.mul(dGamma, inverse), count));
          const across = perChannel(tf, tf.sub, tf.sub(dy, along) as Tensor4D, tf.div(dBeta, count));
          return [perChannel(tf, tf.mul, across, tf.mul(gamma, inverse)), dGamma, dBeta];
        };
        const scaled = perChannel(tf, tf.mul, centred, tf.mul(gamma, inverse));
        return { value: perChannel(tf, tf.add, scaled, beta), gradFunc };
      }) as unknown as CustomGradient);
      const unbiased = tf.mul(variance, count / Math.max(count - 1, 1)) as Tensor1D;
      return { y: normalise(x, gamma, beta) as Tensor4D, mean, variance: unbiased };
    },
    batchNormInference(x, gamma, beta, mean, variance, epsilon) {
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
      const shift = tf.sub(beta, tf.mul(mean, scale));
      return perChannel(tf, tf.add, perChannel(tf, tf.mul, x, scale), shift);
    },
  };
}

/** Combines every value with that of its channel. x [N, H, W, C]; values [C]. @returns [N, H, W, C]. */
function perChannel(
  tf: typeof tfjs,
  operation: (a: Tensor, b: Tensor) => Tensor,
  x: Tensor4D,
  values: Tensor,
): Tensor4D {
  const pixels = x.size / values.size;
  let repeats = 1;
  while (pixels % (2 * repeats) === 0 && 2 * repeats * values.size <= rowLength) repeats *= 2;
  const rows = tf.reshape(x, [pixels / repeats, repeats * values.size]);
  return tf.reshape(operation(rows, tf.tile(values, [repeats])), x.shape);
}
