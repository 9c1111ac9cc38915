import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { augMixOperations } from '../../src/data/augmix/operations.ts';
import { imageA, imageB } from '../support/reference.ts';

/**
 * First 8 hex digits of SHA-256 of what each operation of AugMix's published code (augmentations.py of google-research/augmix) makes of a
 * reference image with Pillow 13, at severity 3, where every uniform draw is 0.77 of its range and every sign the same.
 */
const golden = [
  [
    'noise, plus',
    imageA(32),
    false,
    'dd0d2b7d b5743b28 33443ea6 07888d05 4f3238f6 8609b96b e62142c7 13a91b12 bb4674a1',
  ],
  [
    'noise, minus',
    imageA(32),
    true,
    'dd0d2b7d b5743b28 33443ea6 81ff3777 4f3238f6 9e707012 912080e1 f77c25d5 d0588e2e',
  ],
  [
    'a ramp, plus',
    imageB(32),
    false,
    'bc2e4265 85a02e54 8faf5ff4 46799b7b 15f52da0 9ebcc28e 7493dd68 ecfbd253 542773e8',
  ],
  [
    'a ramp, minus',
    imageB(32),
    true,
    'bc2e4265 85a02e54 8faf5ff4 f4c8bfef 15f52da0 4b591439 6b883c50 6cb0b682 ee4f2407',
  ],
] as const;

describe("AugMix's published code with Pillow gives the same bytes", () => {
  test.each(golden)('of %s', (_, image, isNegative, digests) => {
    const found = augMixOperations(3, 32).map((operation) => {
      const changed = image.slice();
      operation(changed, { uniform: () => 0.77, coin: () => isNegative });
      return createHash('sha256').update(changed).digest('hex').slice(0, 8);
    });
    expect(found).toEqual(digests.split(' '));
  });
});
