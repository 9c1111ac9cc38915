import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { klDivergence, meanCrossEntropy, softened } from '../losses.ts';
import type { Tools } from '../passes/tools.ts';

/** Learning from a teacher's logits in addition to the labels (Hinton et al. 2015; keras.io "Consistency training with supervision"). */
export interface Distillation {
  readonly kind: 'distillation';
  /** Divides both networks' logits before the softmax; above 0. */
  readonly temperature: number;
  /** Multiplies the divergence by T squared, so that its gradient does not shrink with T (Hinton et al. 2015, section 2). */
  readonly temperatureSquared: boolean;
  readonly crossEntropyWeight: number;
  readonly distillationWeight: number;
  /** The divergence counts only if the teacher's largest probability, at T = 1, is at least this. */
  readonly confidence: number;
}

/** Cross-entropy of one view of an image, and the divergence of the answers to all its views from their mean (AugMix, Hendrycks et al. 2020). */
export interface Consistency {
  readonly kind: 'consistency';
  /** Of the divergence. */
  readonly weight: number;
}

/** What training minimises. */
export type Objective = ({ readonly kind: 'cross-entropy' } | Distillation | Consistency) & {
  /** The share of each label that all classes divide equally (default: none). */
  readonly labelSmoothing?: number;
};

/**
 * The loss of a batch: mean cross-entropy over the labelled images, or its weighted sum with the mean divergence KL(softmax(teacher / T) ||
 * softmax(student / T)) over all images. Images for which the teacher is uncertain count as 0 in that mean (as in FixMatch, Sohn et al.
 * 2020, equation 4), so fewer of them have less weight.
 * @param logits [N, K], for consistency [views N, K]; labels [N] int32, -1 for none; teacherLogits [N, K], only for distillation.
 * @returns scalar.
 */
export function objectiveLoss(
  tools: Tools,
  objective: Objective,
  batch: { readonly logits: Tensor2D; readonly labels: Tensor1D; readonly teacherLogits: Tensor2D | undefined },
): Scalar {
  if (objective.kind === 'consistency') return consistencyLoss(tools, objective, batch);
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

/** Mean cross-entropy of the first views, and the Jensen-Shannon divergence of all: the mean over views of KL(answer || mean of the answers). */
function consistencyLoss(
  tools: Tools,
  { weight, labelSmoothing }: Consistency & Pick<Objective, 'labelSmoothing'>,
  { logits, labels }: { readonly logits: Tensor2D; readonly labels: Tensor1D },
): Scalar {
  const { tf } = tools;
  const views = logits.shape[0] / labels.shape[0];
  const answers = tf.split(logits, views) as Tensor2D[];
  const probabilities = answers.map((each) => tf.softmax(each));
  const mean = tf.div(tf.addN(probabilities), views) as Tensor2D;
  const divergence = tf.addN(probabilities.map((each) => tf.mean(klDivergence(tools, each, mean))));
  const crossEntropy = meanCrossEntropy(tools, answers[0]!, labels, labelSmoothing);
  return tf.add(crossEntropy, tf.mul(divergence, weight / views));
}
