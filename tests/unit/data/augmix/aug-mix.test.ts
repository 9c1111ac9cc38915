import { describe, expect, test } from 'vitest';
import { augMix } from '../../../../src/data/augmix/aug-mix.ts';
import { Stream } from '../../../../src/data/random/stream.ts';
import { imageA } from '../../../support/reference.ts';

const side = 32;

function mix(spec: Parameters<typeof augMix>[0], seed: number, image = imageA(side)): Float32Array {
  const target = new Float32Array(image.length);
  augMix(spec, side)(image, new Stream(seed, 'mix'), target);
  return target;
}

describe('AugMix', () => {
  test('mixes with shares that add up to 1: chains that change nothing leave the image', () => {
    const flat = new Uint8Array(side * side * 3).fill(200);
    const equalize = 1;
    for (let seed = 0; seed < 20; seed += 1) {
      const stream = new Stream(seed, 'mix');
      const draws = { uniform: () => stream.uniform(), coin: () => true, integer: () => equalize };
      const target = new Float32Array(flat.length);
      augMix({ severity: 3, width: 3 }, side)(flat, draws, target);
      for (const value of target) expect(Math.abs(value - 200)).toBeLessThan(1e-3);
    }
  });

  test('weighs the image and its chains by Beta and Dirichlet shares of concentration 1', () => {
    // Where every chain turns white to black, a mix is the image's own share of white: uniform, mean 1/2.
    const white = new Uint8Array(side * side * 3).fill(255);
    const solarize = 4;
    const shares = Array.from({ length: 1000 }, (_, seed) => {
      const stream = new Stream(seed, 'mix');
      const draws = { uniform: () => stream.uniform(), coin: () => true, integer: () => solarize };
      const target = new Float32Array(white.length);
      augMix({ severity: 3, width: 3, depth: 1 }, side)(white, draws, target);
      return target[0]! / 255;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    // A uniform number has mean 1/2 and variance 1/12; four standard errors of 1,000 draws.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / 1000));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / 1000));
  });

  test('is a function of its draws', () => {
    const spec = { severity: 3, width: 3 };
    expect(mix(spec, 5)).toEqual(mix(spec, 5));
    expect(mix(spec, 5)).not.toEqual(mix(spec, 6));
    expect(mix({ ...spec, depth: 1 }, 5)).not.toEqual(mix({ ...spec, depth: 3 }, 5));
  });
});
