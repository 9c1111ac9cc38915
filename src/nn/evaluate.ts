import { setImmediate } from 'node:timers/promises';
import { crossEntropy, predictions } from '../evaluation/scores.ts';
import { StageError } from '../problem/errors.ts';
import type { Batch } from './batch.ts';
import type { Classifier } from './classifier.ts';

/** The quality of predictions. */
export interface Evaluation {
  /** Share of images whose largest logit belongs to their label. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  readonly images: number;
}

/** The logits of one batch. */
export interface BatchLogits {
  /** [size, classes]. */
  readonly logits: Float32Array;
  readonly batch: Batch;
}

/** The logits of every batch, in order. @throws the signal's reason, before the next batch, once it is aborted. */
export async function* streamLogits(
  classifier: Classifier,
  batches: AsyncIterable<Batch>,
  signal?: AbortSignal,
): AsyncGenerator<BatchLogits> {
  for await (const batch of batches) {
    await setImmediate();
    signal?.throwIfAborted();
    yield { logits: classifier.logits(batch.images, batch.size), batch };
  }
}

/** Accuracy and loss over labelled images. @throws StageError if there is no image. */
export async function evaluateClassifier(
  classifier: Classifier,
  batches: AsyncIterable<Batch>,
  signal?: AbortSignal,
): Promise<Evaluation> {
  let images = 0;
  let correct = 0;
  let loss = 0;
  for await (const { logits, batch } of streamLogits(classifier, batches, signal)) {
    images += batch.size;
    correct += countCorrect(logits, batch.labels, classifier.classes);
    for (let image = 0; image < batch.size; image += 1) {
      loss += crossEntropy(rowOf(logits, image, classifier.classes), batch.labels[image] ?? 0);
    }
  }
  if (images === 0) throw new StageError('there are no images to evaluate on');
  return { accuracy: correct / images, loss: loss / images, images };
}

/** How many rows have their largest logit at their label. */
export function countCorrect(logits: Float32Array, labels: Uint8Array | Int32Array, classes: number): number {
  return predictions(logits, classes).reduce(
    (count, prediction, image) => count + (prediction === labels[image] ? 1 : 0),
    0,
  );
}

function rowOf(logits: Float32Array, image: number, classes: number): Float32Array {
  return logits.subarray(image * classes, (image + 1) * classes);
}
