import { describe, expect, test } from 'vitest';
import { rotate, translateX, warp, warpOffsets } from '../../../../src/data/randaugment/affine.ts';
import { adjustContrast, greyOf } from '../../../../src/data/randaugment/colour.ts';
import { levelsAt } from '../../../../src/data/randaugment/levels.ts';
import {
  operationNames,
  type RandAugmentDraws,
  type RandAugmentSpec,
  randAugmentOperations,
} from '../../../../src/data/randaugment/operations.ts';
import { randAugment } from '../../../../src/data/randaugment/rand-augment.ts';
import { blend, posterizeTable, solarizeTable } from '../../../../src/data/randaugment/tables.ts';
import { Stream } from '../../../../src/data/random/stream.ts';
import { imageA, imageB } from '../../../support/reference.ts';

const side = 16;
const heads: RandAugmentDraws = { coin: () => true, integer: () => 5 };

function spec(options: Partial<RandAugmentSpec> = {}): RandAugmentSpec {
  return { layers: 2, magnitude: 9, translate: 100, cutout: 40, fill: 'reflect', contrast: 'legacy', ...options };
}

function applied(name: (typeof operationNames)[number], options: Partial<RandAugmentSpec> = {}, image = imageA(side)) {
  randAugmentOperations(spec(options), side)[name](image, heads);
  return image;
}

describe('levels', () => {
  test('at magnitude 9 are those of the published recipe', () => {
    const { rotation, shear, enhancement, ...levels } = levelsAt({ magnitude: 9, translate: 100, cutout: 40 });
    expect([rotation, shear, enhancement]).toEqual([27, 0.27, 1.7200000000000002]);
    expect(levels).toEqual({
      translation: 90,
      cutout: 36,
      posterizeBits: 3,
      solarizeThreshold: 230,
      solarizeAddition: 99,
    });
  });

  test('truncate to whole numbers as Python does', () => {
    const { posterizeBits, solarizeThreshold, cutout } = levelsAt({ magnitude: 2.4, translate: 100, cutout: 40 });
    expect([posterizeBits, solarizeThreshold, cutout]).toEqual([0, 61, 9]);
  });
});

describe('a blend', () => {
  test('is truncated between its ends, clipped beyond them, exact at them', () => {
    expect([blend(10, 13, 0), blend(10, 13, 1), blend(10, 13, 0.5), blend(0, 200, 1.5), blend(200, 10, 1.9)]).toEqual([
      10, 13, 11, 255, 0,
    ]);
  });
});

describe('operations that change nothing', () => {
  test.each(['Rotate', 'ShearX', 'ShearY', 'TranslateX', 'TranslateY', 'Cutout', 'SolarizeAdd'] as const)(
    '%s at magnitude 0',
    (name) => {
      expect(applied(name, { magnitude: 0 })).toEqual(imageA(side));
    },
  );

  test.each(['Color', 'Contrast', 'Brightness', 'Sharpness'] as const)('%s at magnitude 5', (name) => {
    expect(applied(name, { magnitude: 5 })).toEqual(imageA(side));
  });

  test('Solarize at magnitude 10, whose threshold no byte reaches; at 0 all is inverted', () => {
    expect(applied('Solarize', { magnitude: 10 })).toEqual(imageA(side));
    expect(applied('Solarize', { magnitude: 0 })).toEqual(applied('Invert'));
    expect(solarizeTable(128)[127]).toBe(127);
    expect(solarizeTable(128)[128]).toBe(127);
  });

  test('AutoContrast and Equalize of a flat image', () => {
    const flat = new Uint8Array(side * side * 3).fill(77);
    expect(applied('AutoContrast', {}, flat.slice())).toEqual(flat);
    expect(applied('Equalize', {}, flat.slice())).toEqual(flat);
  });
});

describe('single operations', () => {
  test('AutoContrast stretches each channel by itself', () => {
    const image = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i % 3) * 50 + (Math.floor(i / 3) % 4));
    applied('AutoContrast', {}, image);
    for (const channel of [0, 1, 2]) {
      expect([0, 1, 2, 3].map((pixel) => image[3 * pixel + channel])).toEqual([0, 85, 170, 255]);
    }
  });

  test('Equalize spreads the levels that occur evenly', () => {
    const image = Uint8Array.from({ length: side * side * 3 }, (_, i) => 100 + Math.floor(i / 3 / 128));
    // 128 pixels of 100, 128 of 101: the step is floor((256 - 128) / 255) = 0, so nothing changes.
    expect(applied('Equalize', {}, image.slice())).toEqual(image);
    const larger = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => 100 + Math.floor(i / 3 / 256));
    randAugmentOperations(spec(), 32).Equalize(larger, heads);
    // 256 pixels of each of four levels: step 3, half step 1, so (1 + 256 k) div 3, at most 255.
    expect([0, 256, 512, 768].map((pixel) => larger[3 * pixel])).toEqual([0, 85, 171, 255]);
  });

  test('Posterize keeps the highest bit at least', () => {
    expect(posterizeTable(0)).toEqual(posterizeTable(1));
    expect([...posterizeTable(4)].slice(14, 18)).toEqual([0, 0, 16, 16]);
  });

  test('Cutout blanks a box, cut off at the edges', () => {
    const image = imageA(side);
    applied('Cutout', { magnitude: 5, cutout: 6 }, image); // Half side 3 about (5, 5).
    const grey = Array.from(
      { length: side * side },
      (_, pixel) => image[3 * pixel] === 128 && image[3 * pixel + 1] === 128,
    );
    const inside = (pixel: number) =>
      [pixel % side, Math.floor(pixel / side)].every((place) => place >= 2 && place < 8);
    expect(grey.every((is, pixel) => is === inside(pixel))).toBe(true);
  });

  test('contrast of the legacy kind blends with the grey of a count, the fixed kind with the mean', () => {
    const image = imageB(side);
    expect(applied('Contrast', {}, image.slice())[0]).toBe(blend(1, image[0]!, 1.72));
    const flat = new Uint8Array(side * side * 3).fill(90);
    expect(applied('Contrast', { contrast: 'fixed' }, flat.slice())).toEqual(flat);
    const two = Uint8Array.from({ length: side * side * 3 }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 100 : 140));
    adjustContrast(two, 2);
    expect([two[0], two[3]]).toEqual([80, 160]);
  });

  test('the grey of grey is itself, of black and white too', () => {
    expect([0, 128, 255].map((level) => greyOf(level, level, level))).toEqual([0, 128, 255]);
  });
});

describe('fills', () => {
  const row = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => Math.floor(i / 3) % 4);

  function firstRow(pixels: number, fill: 'reflect' | 'grey') {
    const target = new Uint8Array(row.length);
    warp(row, target, warpOffsets(4, translateX(pixels), fill));
    return [0, 1, 2, 3].map((x) => target[3 * x]);
  }

  test('by reflection repeat the edge pixel and go back and forth', () => {
    expect(firstRow(2, 'reflect')).toEqual([2, 3, 3, 2]);
    expect(firstRow(-3, 'reflect')).toEqual([2, 1, 0, 0]);
    expect(firstRow(7, 'reflect')).toEqual([0, 0, 1, 2]);
    expect(firstRow(90, 'reflect')).toEqual([2, 3, 3, 2]);
  });

  test('with grey leave 128 where nothing is', () => {
    expect(firstRow(2, 'grey')).toEqual([2, 3, 128, 128]);
    expect(firstRow(-1, 'grey')).toEqual([128, 0, 1, 2]);
    expect(firstRow(90, 'grey')).toEqual([128, 128, 128, 128]);
  });

  test('agree where the image covers all', () => {
    const upright = warpOffsets(side, rotate(20, side), 'reflect');
    const grey = warpOffsets(side, rotate(20, side), 'grey');
    expect(grey.includes(-1)).toBe(true);
    expect(grey.every((offset, place) => offset === -1 || offset === upright[place])).toBe(true);
  });
});

describe('RandAugment', () => {
  test('chooses each of the sixteen operations, and none, equally often', () => {
    const counts = new Array<number>(17).fill(0);
    const stream = new Stream(1, 'test');
    const recorded: RandAugmentDraws = {
      coin: () => stream.coin(),
      integer(n) {
        const value = stream.integer(n);
        if (n === 17) counts[value]!++;
        return value;
      },
    };
    const augment = randAugment(spec({ layers: 1 }), 4);
    for (let i = 0; i < 17_000; i++) augment(new Uint8Array(48), recorded);
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(39.3); // 16 degrees of freedom, p = 0.001
  });

  test('applies as many operations as it has layers, in the order of the Model Garden', () => {
    const queue = [2, 16, 4];
    const draws: RandAugmentDraws = { coin: () => true, integer: () => queue.shift()! };
    const image = imageA(side);
    randAugment(spec({ layers: 3 }), side)(image, draws);
    const expected = applied('Posterize', {}, applied('Invert'));
    expect(image).toEqual(expected);
    expect(queue).toEqual([]);
    expect(operationNames[15]).toBe('SolarizeAdd');
  });
});
