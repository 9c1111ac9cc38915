import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../../src/compute/values.ts';
import { drawInitialWeights, type Network, openClassifier, resnet, resnet50v2 } from '../../../src/nn/index.ts';
import { wideResnet } from '../../../src/nn/networks/wide-resnet.ts';
import { inferencePass } from '../../../src/nn/passes/inference.ts';
import { lcg } from '../../support/reference.ts';
import { testBackend } from './backend.ts';
import { stripes, tiny } from './stripes.ts';

const backend = await testBackend();
const { tf } = backend;

/** Weights with nothing left at its neutral value. */
function scrambledWeights(network: Network): Map<string, Float32Array> {
  const generator = lcg(5);
  return new Map(
    network.weights.map(({ name, shape, role }) => [
      name,
      new Float32Array(sizeOf(shape)).map(
        () => generator.uniform() - 0.5 + (role === 'gamma' || role === 'moving_variance' ? 1 : 0),
      ),
    ]),
  );
}

describe('a small resnet', () => {
  const network = resnet({ imageSize: 32, classes: 10, channels: [24, 24, 24, 48, 48, 96, 96] });

  test('has a block for each of its channels after the first, and projects where they change', () => {
    expect(network.blocks).toBe(6);
    const projections = network.weights.filter(({ name }) => name.endsWith('_0_conv/kernel'));
    expect(projections.map(({ name, shape }) => [name, shape])).toEqual([
      ['block3_0_conv/kernel', [1, 1, 24, 48]],
      ['block5_0_conv/kernel', [1, 1, 48, 96]],
    ]);
  });

  test('halves the image where channels grow', () => {
    const sides: number[] = [];
    tf.tidy(() => {
      const weights = drawInitialWeights(network, 0);
      const pass = inferencePass(backend, (name) => {
        const { shape } = network.weights.find((weight) => weight.name === name)!;
        return tf.tensor(weights.get(name)!, [...shape]);
      });
      const residual: typeof pass.residual = (shortcut, branch) => {
        sides.push(branch.shape[1]!);
        return pass.residual(shortcut, branch);
      };
      const logits = network.forward({ ...pass, residual }, tf.zeros([2, 32, 32, 3]));
      expect(logits.shape).toEqual([2, 10]);
    });
    expect(sides).toEqual([32, 32, 16, 16, 8, 8]);
  });

  test('takes images of other sizes and counts of classes', () => {
    const other = resnet50v2({ imageSize: 224, classes: 7 });
    expect(other.weights.at(-1)).toMatchObject({ name: 'dense/bias', shape: [7] });
  });
});

describe('a wide resnet', () => {
  const network = wideResnet({ imageSize: 32, classes: 10, depth: 40, width: 2 });

  test('of depth 40 and width 2 has the parameters of the paper, 2.2 million, and its layers', () => {
    const trainable = network.weights.filter((weight) => weight.trainable);
    expect(trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(2_243_546);
    expect(network.blocks).toBe(18);
    // Depth counts the projections, not the dense layer.
    expect(network.weights.filter(({ name }) => name.endsWith('_conv/kernel'))).toHaveLength(40);
    expect(network.weights.filter(({ role }) => role === 'bias').map(({ name }) => name)).toEqual(['dense/bias']);
    expect(network.weights.filter(({ name }) => name.endsWith('_0_conv/kernel')).map(({ shape }) => shape)).toEqual([
      [1, 1, 16, 32],
      [1, 1, 32, 64],
      [1, 1, 64, 128],
    ]);
  });

  test('says the same folded and unfolded', () => {
    const small = wideResnet({ imageSize: 8, classes: 3, depth: 10, width: 1 });
    expectSameFolded(small);
  });

  test('has no depth between', () => {
    expect(() => wideResnet({ imageSize: 32, classes: 10, depth: 12, width: 2 })).toThrow(RangeError);
  });
});

/** Folding batch norms into convolutions changes no logit. */
function expectSameFolded(network: Network): void {
  const weights = scrambledWeights(network);
  const { images, size } = stripes(0, 6);
  const unfolded = tf.tidy(() => {
    const pass = inferencePass(backend, (name) => {
      const { shape } = network.weights.find((weight) => weight.name === name)!;
      return tf.tensor(weights.get(name)!, [...shape]);
    });
    return network.forward(pass, tf.tensor(Float32Array.from(images), [size, 8, 8, 3])).dataSync();
  });
  const classifier = openClassifier(backend, network, weights, { size, pixels: 'uint8' });
  const folded = classifier.logits(images, size);
  classifier.dispose();
  for (const [index, logit] of folded.entries()) {
    expect(Math.abs(logit - unfolded[index]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(unfolded[index]!)));
  }
}

describe('folding batch norm', () => {
  test('changes no logit', () => expectSameFolded(tiny));
});

describe('initial weights', () => {
  const weights = drawInitialWeights(tiny, 1);

  test('are glorot uniform kernels, ones and zeros', () => {
    const kernel = weights.get('block1_1_conv/kernel') ?? new Float32Array();
    const limit = Math.sqrt(6 / (9 * 4 + 9 * 8));
    expect(Math.max(...kernel)).toBeLessThanOrEqual(limit);
    expect(Math.max(...kernel)).toBeGreaterThan(0.95 * limit);
    expect(Math.min(...kernel)).toBeLessThan(-0.95 * limit);
    const variance = kernel.reduce((sum, value) => sum + value ** 2, 0) / kernel.length;
    expect(variance / (limit ** 2 / 3)).toBeCloseTo(1, 0.5);
    expect([...(weights.get('post_bn/gamma') ?? [])]).toEqual(Array(8).fill(1));
    expect([...(weights.get('post_bn/moving_variance') ?? [])]).toEqual(Array(8).fill(1));
    for (const name of ['post_bn/beta', 'post_bn/moving_mean', 'dense/bias', 'conv1_conv/bias']) {
      expect(weights.get(name)?.every((value) => value === 0)).toBe(true);
    }
  });

  test('are a function of seed and name alone', () => {
    const wider = drawInitialWeights(resnet({ imageSize: 8, classes: 3, channels: [4, 8, 8] }), 1);
    expect(wider.get('block1_1_conv/kernel')).toEqual(weights.get('block1_1_conv/kernel'));
    expect(drawInitialWeights(tiny, 1, 1).get('dense/kernel')).not.toEqual(weights.get('dense/kernel'));
    expect(drawInitialWeights(tiny, 1, 0)).toEqual(weights);
    expect(drawInitialWeights(tiny, 2).get('dense/kernel')).not.toEqual(weights.get('dense/kernel'));
    expect(weights.get('block1_2_conv/kernel')?.[0]).not.toBe(weights.get('block1_1_conv/kernel')?.[0]);
  });
});
