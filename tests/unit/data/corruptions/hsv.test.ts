import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hsvToRgb, type Rgb, rgbToHsv } from '../../../../src/data/corruptions/hsv.ts';
import { fromUnit, toUnit, unitToByte } from '../../../../src/data/corruptions/unit-range.ts';

const byte = fc.integer({ min: 0, max: 255 });

test('every colour comes back from HSV to within half a level', () => {
  fc.assert(
    fc.property(byte, byte, byte, (red, green, blue) => {
      const colour: Rgb = [red / 255, green / 255, blue / 255];
      hsvToRgb(rgbToHsv(colour)).forEach((channel, i) => {
        expect(channel).toBeCloseTo(colour[i]!, 12);
      });
    }),
  );
});

test.each([
  [
    [1, 0, 0],
    [0, 1, 1],
  ],
  [
    [0, 1, 0],
    [1 / 3, 1, 1],
  ],
  [
    [0, 0, 1],
    [2 / 3, 1, 1],
  ],
  [
    [1, 0, 1],
    [5 / 6, 1, 1],
  ],
  [
    [0.5, 0.25, 0.25],
    [0, 0.5, 0.5],
  ],
  [
    [0.4, 0.4, 0.4],
    [0, 0, 0.4],
  ],
  [
    [0, 0, 0],
    [0, 0, 0],
  ],
] as const)('%j is %j', (rgb, hsv) => {
  rgbToHsv(rgb).forEach((channel, i) => {
    expect(channel).toBeCloseTo(hsv[i]!, 15);
  });
});

test('all bytes come back from 0..1, in either precision', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(fromUnit(toUnit(all))).toEqual(all);
  expect(all.map((level) => Math.fround(Math.fround(level / 255) * 255))).toEqual(all);
});

test('what lies outside 0..1 is clipped', () => {
  expect([-0.2, 0, 0.9999, 1, 1.5].map(unitToByte)).toEqual([0, 0, 254, 255, 255]);
});
