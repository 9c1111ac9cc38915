import { describe, expect, test } from 'vitest';
import { drawInitialWeights } from '../../../src/nn/index.ts';
import { initialAdam } from '../../../src/nn/training/adam.ts';
import { trainingFunctions, trainingProgram } from '../../../src/nn/training/program.ts';
import { testBackend } from './backend.ts';
import { plainSettings } from './settings.ts';
import { stripes, tiny } from './stripes.ts';

const backend = await testBackend();

describe('stochastic depth', () => {
  const form = { size: 6, pixels: 'uint8' } as const;
  const settings = plainSettings(tiny, { stochasticDepth: 0.5 });
  const spec = trainingProgram(backend, settings, { steps: [form], refresh: [], evaluation: form });

  /** Logits in training mode with the only block's branch scaled, and its last convolution's kernel filled. */
  function logits(branchScale: number, kernel: number): Float32Array {
    const program = backend.compile(spec);
    program.write(drawInitialWeights(tiny, 1));
    program.write(initialAdam(settings.optimizer));
    program.write(new Map([['block1_2_conv/kernel', new Float32Array(3 * 3 * 8 * 8).fill(kernel)]]));
    const { images, labels } = stripes(0, 6);
    const fed = { images, labels: Int32Array.from(labels), rate: Float32Array.of(1e-3) };
    const outputs = program.run(trainingFunctions.step(6), { ...fed, branchScales: Float32Array.of(branchScale) });
    program.dispose();
    return outputs['logits'] ?? new Float32Array();
  }

  test('leaves a block with scale 0 out', () => {
    expect(logits(0, 0.1)).toEqual(logits(0, 0));
    expect(logits(1, 0.1)).not.toEqual(logits(1, 0));
  });

  test('multiplies the branch by its scale', () => {
    const [scaled, stronger] = [logits(2, 0.1), logits(1, 0.2)];
    for (const [index, logit] of scaled.entries()) expect(logit).toBeCloseTo(stronger[index] ?? Number.NaN, 4);
  });
});

describe('batch norm of replicas', () => {
  /** Logits in training mode, and the moving statistics after one step without a learning rate. */
  function step(batchNormReplicas: number, first: number, size: number) {
    const form = { size, pixels: 'uint8' } as const;
    const settings = plainSettings(tiny, { batchNormReplicas });
    const program = backend.compile(
      trainingProgram(backend, settings, { steps: [form], refresh: [], evaluation: form }),
    );
    program.write(drawInitialWeights(tiny, 1));
    program.write(initialAdam(settings.optimizer));
    const { images, labels } = stripes(first, size);
    const fed = { images, labels: Int32Array.from(labels), rate: Float32Array.of(0) };
    const { logits = new Float32Array() } = program.run(trainingFunctions.step(size), fed);
    const statistics = program.read(['post_bn/moving_mean', 'post_bn/moving_variance', 'block1_1_bn/moving_variance']);
    program.dispose();
    return { logits: [...logits], statistics: [...statistics.values()].flatMap((values) => [...values]) };
  }

  test('normalises each part of a batch by itself, and moves statistics by the mean of the parts', () => {
    const parts = [step(1, 0, 4), step(1, 4, 4)];
    const whole = step(2, 0, 8);
    const closeTo = (values: readonly number[], expected: readonly number[]) =>
      values.forEach((value, index) => {
        expect(value).toBeCloseTo(expected[index]!, 4);
      });
    closeTo(
      whole.logits,
      parts.flatMap(({ logits }) => logits),
    );
    closeTo(
      whole.statistics,
      parts[0]!.statistics.map((value, index) => (value + parts[1]!.statistics[index]!) / 2),
    );
    const difference = step(1, 0, 8).logits.map((logit, index) => Math.abs(logit - whole.logits[index]!));
    expect(Math.max(...difference)).toBeGreaterThan(1e-2);
  });
});
