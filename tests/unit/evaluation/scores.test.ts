import { expect, test } from 'vitest';
import { accuracyByClass, scoresOf, softmax } from '../../../src/evaluation/scores.ts';

/** Logits whose softmax are these probabilities. */
function logitsOf(...rows: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(rows.flat(), (share) => Math.log(share));
}

test('each score is what its definition makes of three images', () => {
  const scores = scoresOf(logitsOf([0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]), Uint8Array.of(0, 1, 2), 3);
  expect(scores.images).toBe(3);
  expect(scores.accuracy).toBeCloseTo(2 / 3, 12);
  expect(scores.loss).toBeCloseTo(-(Math.log(0.7) + Math.log(0.3) + Math.log(0.8)) / 3, 6);
  const brier =
    (0.3 ** 2 + 0.2 ** 2 + 0.1 ** 2 + (0.5 ** 2 + 0.7 ** 2 + 0.2 ** 2) + (0.1 ** 2 + 0.1 ** 2 + 0.2 ** 2)) / 3;
  expect(scores.brier).toBeCloseTo(brier, 6);
  // Three bins of one image each: right at 0.7, wrong at 0.5, right at 0.8.
  expect(scores.calibrationError).toBeCloseTo((0.3 + 0.5 + 0.2) / 3, 6);
  expect(scores.confusion).toEqual([
    [1, 0, 0],
    [1, 0, 0],
    [0, 0, 1],
  ]);
  expect(accuracyByClass(scores)).toEqual([1, 0, 1]);
});

test('confidences share the bin whose upper end they do not exceed', () => {
  const { reliability, calibrationError } = scoresOf(
    logitsOf([0.55, 0.45], [0.59, 0.41], [0.45, 0.55], [1, 0]),
    Uint8Array.of(0, 1, 1, 0),
    2,
  );
  expect(reliability).toHaveLength(15);
  // 8/15 < 0.55, 0.59 <= 9/15; 1 lies in the last.
  expect(reliability.map(({ images }) => images)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 1]);
  expect(reliability[8]!.accuracy).toBeCloseTo(2 / 3, 12);
  expect(reliability[8]!.confidence).toBeCloseTo((0.55 + 0.59 + 0.55) / 3, 6);
  expect(reliability[0]).toEqual({ images: 0, confidence: null, accuracy: null });
  expect(calibrationError).toBeCloseTo((3 / 4) * (2 / 3 - 1.69 / 3), 6);
});

test('huge logits stay finite', () => {
  expect([...softmax(Float32Array.of(1e30, -1e30))]).toEqual([1, 0]);
  expect(scoresOf(Float32Array.of(-1, 1001, 1000), Uint8Array.of(1), 3).loss).toBeCloseTo(
    Math.log(1 + Math.exp(-1)),
    6,
  );
});

test('a label without images has no accuracy', () => {
  expect(accuracyByClass(scoresOf(logitsOf([0.7, 0.3]), Uint8Array.of(1), 2))).toEqual([undefined, 0]);
});

test('no images, or logits of other images, are refused', () => {
  expect(() => scoresOf(new Float32Array(), new Uint8Array(), 10)).toThrow(RangeError);
  expect(() => scoresOf(new Float32Array(20), new Uint8Array(1), 10)).toThrow(
    '20 logits do not fit 1 images of 10 classes',
  );
});
