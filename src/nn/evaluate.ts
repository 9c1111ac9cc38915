import { setImmediate } from 'node:timers/promises';
import { StageError } from '../problem/errors.ts';
import type { Batch } from './batch.ts';
import type { Classifier } from './classifier.ts';

/** How well labels are predicted. */
export interface Evaluation {
  /** Share of images whose largest logit is that of their label. */
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

/** Accuracy and loss over labelled images. @throws StageError where there is no image. */
export async function evaluate(
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

/** The class with the largest logit of each row; the first of equals. @param logits [N, classes]. @returns [N]. */
export function predictions(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, image) => {
    const row = rowOf(logits, image, classes);
    return row.reduce((best, value, index) => (value > (row[best] ?? 0) ? index : best), 0);
  });
}

/** How many rows have their largest logit at their label. */
export function countCorrect(logits: Float32Array, labels: Uint8Array | Int32Array, classes: number): number {
  return predictions(logits, classes).reduce(
    (count, prediction, image) => count + (prediction === labels[image] ? 1 : 0),
    0,
  );
}

/** logsumexp(z) - z_label, in nats. */
function crossEntropy(logits: Float32Array, label: number): number {
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  return largest + Math.log(sum) - (logits[label] ?? Number.NaN);
}

function rowOf(logits: Float32Array, image: number, classes: number): Float32Array {
  return logits.subarray(image * classes, (image + 1) * classes);
}
