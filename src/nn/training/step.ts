import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { defineFunction, type FunctionSpec, type Scope } from '../../compute/index.ts';
import { type BatchForm, imagesInput } from '../batch.ts';
import { batchNormMomentum } from '../passes/batch-norm.ts';
import type { Tools } from '../passes/tools.ts';
import { type BatchStatistics, trainingPass } from '../passes/training.ts';
import { adamStep } from './adam.ts';
import { objectiveLoss } from './objective.ts';
import type { TrainingSettings } from './settings.ts';

/**
 * One step of training: gradients of the objective, Adam, moving statistics. Inputs: images; labels [size], -1 for none; rate, the learning
 * rate; teacherLogits [size, classes] if the objective distils; branchScales [blocks] if blocks are skipped.
 * @returns `loss`, scalar; `logits` [size, classes] of the first view, in training mode.
 */
export function trainingStep(tools: Tools, settings: TrainingSettings, form: BatchForm): FunctionSpec {
  const { network, objective, optimizer, stochasticDepth } = settings;
  const trainable = network.weights.filter((weight) => weight.trainable).map(({ name }) => name);
  return defineFunction({
    xla: true,
    inputs: {
      images: imagesInput(network.imageSize, form),
      labels: { shape: [form.size], dtype: 'int32' },
      rate: { shape: [], dtype: 'float32' },
      ...(objective.kind === 'distillation' && {
        teacherLogits: { shape: [form.size, network.classes], dtype: 'float32' },
      }),
      ...(stochasticDepth > 0 && { branchScales: { shape: [network.blocks], dtype: 'float32' } }),
    },
    body(scope, { images, labels, rate, teacherLogits, branchScales }) {
      const statistics = new Map<string, BatchStatistics>();
      let logits: Tensor2D | undefined;
      // Tensors made inside the differentiated function are freed with it, unless kept.
      const { loss, gradients } = scope.gradients(trainable, () => {
        const pass = trainingPass(tools, (name) => scope.read(name), {
          onStatistics: (name, { mean, variance, count }) =>
            statistics.set(name, { mean: tools.tf.keep(mean), variance: tools.tf.keep(variance), count }),
          replicas: settings.batchNormReplicas,
          ...(branchScales && { branchScales }),
        });
        logits = tools.tf.keep(network.forward(pass, images) as Tensor2D);
        return objectiveLoss(tools, objective, { logits, labels, teacherLogits });
      });
      adamStep(tools, scope, optimizer, gradients, rate);
      for (const [name, { mean, variance, count }] of statistics) {
        const biased = settings.batchNormVariance === 'biased' ? (count - 1) / count : 1;
        const batchVariance = tools.tf.mul(adopt(tools, variance), biased);
        moveStatistics(
          tools,
          scope,
          name,
          { mean: adopt(tools, mean), variance: batchVariance },
          1 - batchNormMomentum,
        );
      }
      const all = adopt(tools, logits!);
      return { loss, logits: (form.views ?? 1) === 1 ? all : tools.tf.slice(all, 0, form.size) };
    },
  });
}

/** Moves a batch norm's moving statistics towards those of a batch: moving <- moving + rate (batch - moving). */
export function moveStatistics(
  { tf }: Tools,
  scope: Scope,
  batchNorm: string,
  batch: { readonly mean: Tensor; readonly variance: Tensor },
  rate: Tensor | number,
): void {
  for (const [role, value] of [
    ['moving_mean', batch.mean],
    ['moving_variance', batch.variance],
  ] as const) {
    const moving = scope.read(`${batchNorm}/${role}`);
    scope.assign(`${batchNorm}/${role}`, tf.add(moving, tf.mul(tf.sub(value, moving), rate)));
  }
}

/** Returns a kept tensor to the surrounding scope. */
function adopt<T extends Tensor>({ tf }: Tools, kept: T): T {
  const adopted = tf.clone(kept);
  kept.dispose();
  return adopted;
}
