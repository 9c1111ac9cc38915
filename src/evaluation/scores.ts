/** How a network performed on one set of images. */
export interface Scores {
  readonly images: number;
  /** Share of images whose largest logit belongs to their label. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats: the negative log-likelihood. */
  readonly loss: number;
  /** Squared distance between the probabilities and the label, summed over classes and averaged over images (Brier 1950): 0 to 2. */
  readonly brier: number;
  /** Expected calibration error (Guo et al. 2017): mean over images of the gap between confidence and accuracy of their bin. */
  readonly calibrationError: number;
  /** The confusion matrix: images of each label (row) by predicted class (column). */
  readonly confusion: readonly (readonly number[])[];
  /** By confidence, the largest probability: bins of equal width from 0 to 1, each with its upper end. */
  readonly reliability: readonly ReliabilityBin[];
}

/** The images whose confidence is in one bin. */
export interface ReliabilityBin {
  readonly images: number;
  /** Mean confidence; null without images. */
  readonly confidence: number | null;
  /** Null without images. */
  readonly accuracy: number | null;
}

/** As in Guo et al. */
const bins = 15;

/** Scores logits against labels. @param logits [images, classes]. @param labels [images], 0 to classes - 1. */
export function scoresOf(logits: Float32Array, labels: Uint8Array | Int32Array, classes: number): Scores {
  const images = labels.length;
  if (images === 0 || logits.length !== images * classes) {
    throw new RangeError(`${logits.length} logits do not fit ${images} images of ${classes} classes`);
  }
  const predicted = predictions(logits, classes);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const sums = Array.from({ length: bins }, () => ({ images: 0, confidence: 0, correct: 0 }));
  let loss = 0;
  let brier = 0;
  for (let image = 0; image < images; image += 1) {
    const row = rowOf(logits, image, classes);
    const label = labels[image]!;
    const prediction = predicted[image]!;
    const probabilities = softmax(row);
    const confidence = probabilities[prediction]!;
    const bin = sums[Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1)]!;
    bin.images += 1;
    bin.confidence += confidence;
    bin.correct += prediction === label ? 1 : 0;
    confusion[label]![prediction]! += 1;
    loss += crossEntropy(row, label);
    brier += probabilities.reduce((sum, share, index) => sum + (share - (index === label ? 1 : 0)) ** 2, 0);
  }
  return {
    images,
    accuracy: confusion.reduce((sum, row, label) => sum + row[label]!, 0) / images,
    loss: loss / images,
    brier: brier / images,
    calibrationError: sums.reduce((sum, bin) => sum + Math.abs(bin.correct - bin.confidence), 0) / images,
    confusion,
    reliability: sums.map((bin) => ({
      images: bin.images,
      confidence: bin.images > 0 ? bin.confidence / bin.images : null,
      accuracy: bin.images > 0 ? bin.correct / bin.images : null,
    })),
  };
}

/** The share of correct predictions for each label; undefined for a label without images. */
export function accuracyByClass({ confusion }: Pick<Scores, 'confusion'>): readonly (number | undefined)[] {
  return confusion.map((row, label) => {
    const images = row.reduce((sum, count) => sum + count, 0);
    return images > 0 ? row[label]! / images : undefined;
  });
}

/** The class with the largest logit of each row; the first of equal ones. @param logits [N, classes]. @returns [N]. */
export function predictions(logits: Float32Array, classes: number): Uint8Array {
  return Uint8Array.from({ length: logits.length / classes }, (_, image) => {
    const row = rowOf(logits, image, classes);
    return row.reduce((best, value, index) => (value > (row[best] ?? 0) ? index : best), 0);
  });
}

/** logsumexp(z) - z_label, in nats. @param logits of one image. */
export function crossEntropy(logits: Float32Array, label: number): number {
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  return largest + Math.log(sum) - (logits[label] ?? Number.NaN);
}

/** Probabilities of one image's logits, in double precision. */
export function softmax(logits: Float32Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = Float64Array.from(logits, (value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function rowOf(logits: Float32Array, image: number, classes: number): Float32Array {
  return logits.subarray(image * classes, (image + 1) * classes);
}
