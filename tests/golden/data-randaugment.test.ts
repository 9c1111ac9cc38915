import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type operationNames,
  type RandAugmentDraws,
  type RandAugmentSpec,
  randAugmentOperations,
} from '../../src/data/randaugment/operations.ts';
import { imageA } from '../support/reference.ts';

const spec: RandAugmentSpec = {
  layers: 2,
  magnitude: 9,
  translate: 100,
  cutout: 40,
  fill: 'reflect',
  contrast: 'legacy',
};

function fixedDraws(heads: boolean, integers: readonly number[] = []): RandAugmentDraws {
  const queue = [...integers];
  return { coin: () => heads, integer: () => queue.shift() ?? 0 };
}

const plus = fixedDraws(true);
const minus = fixedDraws(false);

// Byte sums and first 16 hex digits of SHA-256 of what TensorFlow 2.21 makes of image A, 72x72, at magnitude 9;
// Sharpness by the integer rule.
describe('operations at magnitude 9 on image A', () => {
  test.each<[(typeof operationNames)[number], string, RandAugmentDraws, number, string]>([
    ['AutoContrast', '', plus, 1974095, '3c6a1ddce30ff7d3'],
    ['Equalize', '', plus, 2007623, '505c18f95b536433'],
    ['Invert', '', plus, 1991665, '049959a0192262df'],
    ['Rotate', '+27', plus, 1974856, '06765fb9db9e515d'],
    ['Rotate', '-27', minus, 1979542, '7bf5eaa410abbfa3'],
    ['Posterize', '', plus, 1733504, '39117835edb9736f'],
    ['Solarize', '', plus, 1618382, 'a68a3949e8db0854'],
    ['Color', '', plus, 1975919, '8963168a8c9cdfb3'],
    ['Contrast', '', plus, 2667603, 'edac69ab906b8101'],
    ['Brightness', '', plus, 2797884, 'da897bc62bc24743'],
    ['Sharpness', '', plus, 1973370, '66124660d366740e'],
    ['ShearX', '+', plus, 1981208, '77032019b1284c16'],
    ['ShearX', '-', minus, 1967208, '5b7809e0db35c1ed'],
    ['ShearY', '+', plus, 1972695, '840bda3bcafd0c06'],
    ['ShearY', '-', minus, 1975391, '5c84fad95e6daa94'],
    ['TranslateX', '+', plus, 1967644, 'b3f89007f52d20fb'],
    ['TranslateX', '-', minus, 1980546, 'de70f04ff100af64'],
    ['TranslateY', '+', plus, 1978009, '32aff657624882b9'],
    ['TranslateY', '-', minus, 1970181, '0946be12a7347744'],
    ['Cutout', 'at y 10, x 20', fixedDraws(true, [10, 20]), 1982318, '129a395e7e6421a6'],
    ['SolarizeAdd', '', plus, 2740058, '1f14b25ce8d12b09'],
  ])('%s %s', (name, _, draws, sum, sha) => {
    const image = imageA(72);
    randAugmentOperations(spec, 72)[name](image, draws);
    expect(image.reduce((total, byte) => total + byte, 0)).toBe(sum);
    expect(createHash('sha256').update(image).digest('hex').slice(0, 16)).toBe(sha);
  });
});
