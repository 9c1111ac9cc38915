import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cacheDirectory } from '../../src/compute/location.ts';
import { type CorruptionName, corruptionNames, severities } from '../../src/data/corruptions/catalogue.ts';
import { corrupt } from '../../src/data/corruptions/corrupt.ts';
import { type FrostTextures, frostTextures } from '../../src/data/corruptions/frost-textures.ts';
import { imageA, imageB } from '../support/reference.ts';
import { referenceDraws } from '../support/reference-draws.ts';
import { frostDigests, goldenA, goldenB } from './corruptions.table.ts';

const selfContained = corruptionNames.filter((name) => name !== 'frost');

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

function summaries(name: CorruptionName, image: Uint8Array, textures?: FrostTextures): string {
  const summary = (bytes: Uint8Array) => `${bytes.reduce((sum, byte) => sum + byte, 0)}/${digest(bytes)}`;
  return severities.map((severity) => summary(corrupt(name, severity, image, referenceDraws(1), textures))).join(' ');
}

describe('the original code of CIFAR-10-C gives the same bytes', () => {
  test.each(selfContained)('%s of noise', (name) => {
    const image = imageA(32);
    expect(summaries(name, image)).toBe(goldenA[name]);
    expect(image, 'the image itself stays').toEqual(imageA(32));
  });

  test.each(selfContained)('%s of a ramp', (name) => {
    expect(summaries(name, imageB(32))).toBe(goldenB[name]);
  });

  test('frost, where its photographs are available', { timeout: 120_000 }, async ({ skip }) => {
    const { env: environment } = process;
    const textures = await frostTextures({ cacheDirectory: cacheDirectory(environment), environment });
    if ('missing' in textures) return skip(textures.missing);
    expect(summaries('frost', imageA(32), textures)).toBe(goldenA.frost);
    expect(summaries('frost', imageB(32), textures)).toBe(goldenB.frost);
    expect(textures.map(({ rgb }) => digest(rgb))).toEqual(frostDigests);
  });
});
