import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { klDivergence, meanCrossEntropy, softened } from '../losses.ts';
import type { Tools } from '../passes/tools.ts';

/** Learning from a teacher's logits beside the labels (Hinton et al. 2015; keras.io "Consistency training with supervision"). */
export interface Distillation {
  readonly kind: 'distillation';
  /** Divides both networks' logits before the softmax; above 0. */
  readonly temperature: number;
  /** Multiplies the divergence by T squared, so that its gradient does not shrink with T (Hinton et al. 2015, section 2). */
  readonly temperatureSquared: boolean;
  readonly crossEntropyWeight: number;
  readonly distillationWeight: number;
  /** The divergence counts only where the teacher's largest probability, at T = 1, is at least this. */
  readonly confidence: number;
}

/** What training minimises. */
export type Objective = ({ readonly kind: 'cross-entropy' } | Distillation) & {
  /** The share of each label that all classes divide equally; none, where nothing is said. */
  readonly labelSmoothing?: number;
};

/**
 * The loss of a batch: mean cross-entropy over the labelled images, or its weighted sum with the mean divergence
 * KL(softmax(teacher / T) || softmax(student / T)) over all images. Images the teacher is unsure of count as 0 in that mean
 * (as in FixMatch, Sohn et al. 2020, equation 4), so that fewer of them weigh less.
 * @param logits [N, K]; labels [N] int32, -1 for none; teacherLogits [N, K], needed by distillation only. @returns scalar.
 */
export function objectiveLoss(
  tools: Tools,
  objective: Objective,
  batch: { readonly logits: Tensor2D; readonly labels: Tensor1D; readonly teacherLogits: Tensor2D | undefined },
): Scalar {
  const crossEntropy = meanCrossEntropy(tools, batch.logits, batch.labels, objective.labelSmoothing);
  if (objective.kind === 'cross-entropy') return crossEntropy;
  if (!batch.teacherLogits) throw new RangeError('distillation needs the logits of a teacher');
  const { tf } = tools;
  const { temperature, confidence } = objective;
  let divergence = klDivergence(
    tools,
    softened(tools, batch.teacherLogits, temperature),
    softened(tools, batch.logits, temperature),
  );
  if (confidence > 0) {
    const sure = tf.greaterEqual(tf.max(tf.softmax(batch.teacherLogits), 1), confidence);
    divergence = tf.mul(divergence, tf.cast(sure, 'float32'));
  }
  const scale = objective.distillationWeight * (objective.temperatureSquared ? temperature ** 2 : 1);
  return tf.add(tf.mul(crossEntropy, objective.crossEntropyWeight), tf.mul(tf.mean(divergence), scale));
}
