import type { Tensor } from '@tensorflow/tfjs-core';
import type { Scope, VariableSpec } from '../../compute/index.ts';
import type { WeightSpec } from '../networks/weight.ts';
import type { Tools } from '../passes/tools.ts';

/** Adam (Kingma & Ba 2015). */
export interface Adam {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /**
   * Where epsilon is added: `keras`, to the uncorrected root of v; `tfjs`, to the bias-corrected one, as in the paper's algorithm 1. They
   * differ by a factor sqrt(1 - beta2^t) on epsilon, which matters only for gradients below about 1e-5.
   */
  readonly epsilonForm: 'keras' | 'tfjs';
}

const beta1Power = 'adam/beta1-power';
const beta2Power = 'adam/beta2-power';

/** The variables that Adam keeps in addition to the weights. */
export function adamVariables(trainable: readonly WeightSpec[]): readonly VariableSpec[] {
  const moments = trainable.flatMap(({ name, shape }) => [
    { name: `${name}/m`, shape },
    { name: `${name}/v`, shape },
  ]);
  return [...moments, { name: beta1Power, shape: [] }, { name: beta2Power, shape: [] }];
}

/** The initial values of those variables, if not 0. */
export function initialAdam({ beta1, beta2 }: Adam): Map<string, Float32Array> {
  return new Map([
    [beta1Power, Float32Array.of(beta1)],
    [beta2Power, Float32Array.of(beta2)],
  ]);
}

/** One step down the gradients. @param rate scalar. */
export function adamStep({ tf }: Tools, scope: Scope, adam: Adam, gradients: Map<string, Tensor>, rate: Tensor): void {
  if (adam.epsilonForm === 'keras') {
    scope.adam(gradients, rate, adam);
    return;
  }
  const { beta1, beta2, epsilon } = adam;
  const power1 = scope.read(beta1Power);
  const power2 = scope.read(beta2Power);
  for (const [name, gradient] of gradients) {
    const m = tf.add(tf.mul(scope.read(`${name}/m`), beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(scope.read(`${name}/v`), beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const correctedM = tf.div(m, tf.sub(1, power1));
    const correctedV = tf.div(v, tf.sub(1, power2));
    const step = tf.div(tf.mul(correctedM, rate), tf.add(tf.sqrt(correctedV), epsilon));
    scope.assign(`${name}/m`, m);
    scope.assign(`${name}/v`, v);
    scope.assign(name, tf.sub(scope.read(name), step));
  }
  scope.assign(beta1Power, tf.mul(power1, beta1));
  scope.assign(beta2Power, tf.mul(power2, beta2));
}
