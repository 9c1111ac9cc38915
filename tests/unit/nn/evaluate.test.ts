import { describe, expect, test } from 'vitest';
import { predictions } from '../../../src/evaluation/scores.ts';
import { evaluateClassifier, streamLogits } from '../../../src/nn/evaluate.ts';
import { type Batch, checkWeights, drawInitialWeights, openClassifier } from '../../../src/nn/index.ts';
import { StageError } from '../../../src/problem/errors.ts';
import { testBackend } from './backend.ts';
import { stripes, tiny } from './stripes.ts';

const backend = await testBackend();

async function* stream(...batches: readonly Batch[]): AsyncGenerator<Batch> {
  yield* batches;
}

describe('a classifier', () => {
  const open = (size: number) => openClassifier(backend, tiny, drawInitialWeights(tiny, 3), { size, pixels: 'uint8' });

  test('says the same of an image in a full batch and in a smaller one', () => {
    const classifier = open(4);
    const { images } = stripes(0, 4);
    const whole = classifier.logits(images, 4);
    const part = classifier.logits(images.subarray(0, 3 * 192), 3);
    classifier.dispose();
    expect(part).toEqual(whole.slice(0, 9));
  });

  test('refuses more images than it was made for, and images of another size', () => {
    const classifier = open(4);
    expect(() => classifier.logits(stripes(0, 5).images, 5)).toThrow('at most 4');
    expect(() => classifier.logits(new Uint8Array(100), 1)).toThrow('100 values are not 1 images of 192');
    classifier.dispose();
  });

  test('streams the logits of batches in order, and stops when told', async () => {
    const classifier = open(4);
    const controller = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { logits } of streamLogits(
        classifier,
        stream(stripes(0, 4), stripes(4, 2), stripes(6, 4)),
        controller.signal,
      )) {
        seen.push(logits.length / classifier.classes);
        if (seen.length === 2) controller.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    classifier.dispose();
    expect(seen).toEqual([4, 2]);
  });
});

describe('evaluation', () => {
  const logits = Float32Array.of(2, 1, 0, 0, 5, 5, -1, 1001, 1000);
  const classifier = { classes: 3, batchSize: 3, logits: () => logits };
  const batch = { images: new Uint8Array(), labels: Int32Array.of(0, 2, 1), size: 3 };

  test('predicts the first of the largest logits', () => {
    expect([...predictions(logits, 3)]).toEqual([0, 1, 1]);
  });

  test('gives accuracy and mean cross-entropy, however large the logits', async () => {
    const { accuracy, loss, images } = await evaluateClassifier(classifier, stream(batch));
    const row = (z: readonly number[], label: number) =>
      Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - (z[label] ?? 0);
    const expected = (row([2, 1, 0], 0) + row([0, 5, 5], 2) + row([-1001, 1, 0], 1)) / 3;
    expect(accuracy).toBeCloseTo(2 / 3, 12);
    expect(loss).toBeCloseTo(expected, 6);
    expect(images).toBe(3);
  });

  test('refuses to judge by no image', async () => {
    await expect(evaluateClassifier(classifier, stream())).rejects.toThrow(StageError);
  });
});

describe('checking weights', () => {
  const shapes = () => new Map(tiny.weights.map(({ name, shape }) => [name, shape]));

  test('passes what fits, in any order', () => {
    expect(() => checkWeights(tiny, new Map([...shapes()].reverse()), 'w.safetensors')).not.toThrow();
  });

  test('names what is misshapen, missing and unknown, and the file', () => {
    const wrong = shapes();
    wrong.set('dense/kernel', [8, 10]);
    wrong.delete('post_bn/gamma');
    wrong.set('predictions/bias', [3]);
    expect(() => checkWeights(tiny, wrong, 'w.safetensors')).toThrow(
      'the weights in w.safetensors do not fit resnet (8x8 pixels, 3 classes): dense/kernel is [8, 10], not [8, 3]; ' +
        'missing: post_bn/gamma; not a weight of this network: predictions/bias',
    );
  });

  test('names three of many', () => {
    expect(() => checkWeights(tiny, new Map(), 'w')).toThrow(
      /missing: conv1_conv\/kernel, conv1_conv\/bias, block1_preact_bn\/gamma and \d+ more$/,
    );
  });
});
