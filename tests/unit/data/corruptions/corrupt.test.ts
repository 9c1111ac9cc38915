import { describe, expect, test } from 'vitest';
import { benchmark, corruptionNames, severities } from '../../../../src/data/corruptions/catalogue.ts';
import { corrupt } from '../../../../src/data/corruptions/corrupt.ts';
import { corruptionDraws } from '../../../../src/data/corruptions/random-source.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { imageA, imageB } from '../../../support/reference.ts';
import { referenceDraws } from '../../../support/reference-draws.ts';

const made = corruptionNames.filter((name) => name !== 'frost');

describe('every corruption', () => {
  test.each(made)('%s with real draws changes an image, and the same draws change it alike', (name) => {
    const image = imageB(32);
    for (const severity of severities) {
      const draws = corruptionDraws(5, name, severity);
      const once = corrupt(name, severity, image, draws(9));
      expect(once).toHaveLength(image.length);
      expect(once).not.toEqual(image);
      expect(corrupt(name, severity, image, draws(9))).toEqual(once);
    }
    expect(image).toEqual(imageB(32));
  });

  test.each(made)('%s copes with black and with white', (name) => {
    for (const level of [0, 255]) {
      const flat = new Uint8Array(3072).fill(level);
      for (const severity of severities) {
        expect(corrupt(name, severity, flat, corruptionDraws(5, name, severity)(0))).toHaveLength(3072);
      }
    }
  });
});

describe('what deserves the same bytes gets them', () => {
  test('motion blur of severity 4 is that of severity 3', () => {
    const [third, fourth] = ([3, 4] as const).map((severity) =>
      corrupt('motion_blur', severity, imageA(32), referenceDraws(2)),
    );
    expect(fourth).toEqual(third);
  });

  test('glass blur of severity 1 only moves pixels', () => {
    const image = imageA(32);
    const colours = (bytes: Uint8Array) =>
      Array.from({ length: 1024 }, (_, pixel) => bytes.subarray(3 * pixel, 3 * pixel + 3).join());
    const known = new Set(colours(image));
    const result = corrupt('glass_blur', 1, image, referenceDraws(2));
    expect(colours(result).filter((colour) => !known.has(colour))).toEqual([]);
  });

  test('impulse noise leaves most values alone', () => {
    const image = new Uint8Array(3072).fill(100);
    const changed = corrupt('impulse_noise', 5, image, corruptionDraws(1, 'impulse_noise', 5)(0)).filter(
      (v) => v !== 100,
    );
    expect(changed.length / 3072).toBeCloseTo(0.07, 1);
    expect(new Set(changed)).toEqual(new Set([0, 255]));
  });

  test.each(['gaussian_blur', 'defocus_blur', 'zoom_blur', 'pixelate', 'contrast', 'elastic_transform'] as const)(
    '%s leaves a grey image grey',
    (name) => {
      const image = new Uint8Array(3072).fill(100);
      for (const severity of severities) {
        const levels = new Set(corrupt(name, severity, image, referenceDraws(1)));
        // Sums of weights may fall an ulp short of 1, which truncation makes a level of.
        expect([...levels].every((level) => level === 100 || level === 99)).toBe(true);
      }
    },
  );
});

describe('frost', () => {
  const texture = { width: 33, height: 33, rgb: new Uint8Array(33 * 33 * 3).map((_, i) => i % 200) };

  test('weighs the image and a piece of a texture', () => {
    const image = imageB(32);
    // Draws of 0 take the upper left piece of the first texture.
    const draws = { ...referenceDraws(1), integer: () => 0 };
    const result = corrupt('frost', 3, image, draws, [texture]);
    expect(result[0]).toBe(Math.trunc(0.9 * image[0]! + 0.4 * texture.rgb[0]!));
    expect(result[3071]).toBe(Math.trunc(0.9 * image[3071]! + 0.4 * texture.rgb[(31 * 33 + 31) * 3 + 2]!));
  });

  test('cuts at white', () => {
    const white = { ...texture, rgb: texture.rgb.map(() => 255) };
    expect(new Set(corrupt('frost', 1, imageA(32).fill(250), referenceDraws(1), [white]))).toEqual(new Set([255]));
  });

  test('is refused without textures', () => {
    const missing = { missing: 'its texture images are not available: the host does not answer' };
    expect(() => corrupt('frost', 1, imageA(32), referenceDraws(1), missing)).toThrow(EnvironmentError);
    expect(() => corrupt('frost', 1, imageA(32), referenceDraws(1))).toThrow('frost cannot be made');
  });
});

test('an image of another size is refused', () => {
  expect(() => corrupt(benchmark[0], 1, new Uint8Array(72 * 72 * 3), referenceDraws(1))).toThrow(RangeError);
});
