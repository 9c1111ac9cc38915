import { describe, expect, test } from 'vitest';
import { initialWeights } from '../../../src/nn/index.ts';
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
    program.write(initialWeights(tiny, 1));
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
