import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toRgb, toYCbCr } from '../../../../../src/data/corruptions/jpeg/colour.ts';
import { doubled, halved, requantised } from '../../../../../src/data/corruptions/jpeg/plane.ts';
import { quantisationTables } from '../../../../../src/data/corruptions/jpeg/quantisation.ts';
import { forwardTransform, inverseTransform } from '../../../../../src/data/corruptions/jpeg/transform.ts';

const samples = fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 64, maxLength: 64 });

describe('the cosine transform', () => {
  test('comes back to within a level', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const block = Int32Array.from(values);
        forwardTransform(block);
        const coefficients = block.map((eightfold) => Math.round(eightfold / 8));
        inverseTransform(coefficients);
        for (let i = 0; i < 64; i++) expect(Math.abs(coefficients[i]! - values[i]!)).toBeLessThanOrEqual(2);
      }),
    );
  });

  test('is the textbook sum to within a coefficient', () => {
    const block = Int32Array.from({ length: 64 }, (_, i) => ((i * i * 7) % 251) - 125);
    const expected = textbookTransform(block);
    forwardTransform(block);
    for (let i = 0; i < 64; i++) expect(Math.abs(block[i]! / 8 - expected[i]!)).toBeLessThan(0.5);
  });

  test('of an even block has one coefficient', () => {
    const block = new Int32Array(64).fill(5);
    forwardTransform(block);
    expect([...block]).toEqual([8 * 40, ...new Array(63).fill(0)]);
  });
});

/** ITU-T T.81, A.3.3, in double precision. */
function textbookTransform(block: Int32Array): number[] {
  const scale = (k: number) => (k === 0 ? Math.SQRT1_2 : 1) / 2;
  const wave = (k: number, n: number) => Math.cos(((2 * n + 1) * k * Math.PI) / 16);
  return Array.from({ length: 64 }, (_, at) => {
    const [v, u] = [at >> 3, at & 7];
    let sum = 0;
    for (let i = 0; i < 64; i++) sum += block[i]! * wave(u, i & 7) * wave(v, i >> 3);
    return scale(u) * scale(v) * sum;
  });
}

test('quality scales the standard tables', () => {
  expect(quantisationTables(50).luminance[0]).toBe(16);
  expect([...quantisationTables(80).luminance.subarray(0, 4)]).toEqual([6, 4, 4, 6]);
  expect([...quantisationTables(40).chrominance.subarray(0, 4)]).toEqual([21, 23, 30, 59]);
  expect(new Set(quantisationTables(100).luminance)).toEqual(new Set([1]));
  expect(Math.max(...quantisationTables(1).luminance)).toBe(255);
});

test('steps of 1 lose at most two levels', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => (i * 37) % 256);
  const result = requantised({ width: 16, bytes }, new Int32Array(64).fill(1));
  for (let i = 0; i < 256; i++) expect(Math.abs(result.bytes[i]! - bytes[i]!)).toBeLessThanOrEqual(2);
});

describe('colour at half the resolution', () => {
  test('takes means, their halves down and up in turn', () => {
    const plane = { width: 4, bytes: Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1) };
    expect(halved(plane)).toEqual({ width: 2, bytes: Uint8Array.of(0, 1) });
  });

  test('is enlarged by a triangle', () => {
    const result = doubled({ width: 2, bytes: Uint8Array.of(0, 16, 0, 16) });
    expect(result.width).toBe(4);
    expect([...result.bytes.subarray(0, 4)]).toEqual([0, 4, 12, 16]);
  });

  test('stays where it is even', () => {
    const even = { width: 4, bytes: new Uint8Array(16).fill(77) };
    expect(halved(even).bytes).toEqual(new Uint8Array(4).fill(77));
    expect(doubled(even).bytes).toEqual(new Uint8Array(64).fill(77));
  });
});

describe('brightness and colour', () => {
  test.each([
    [
      [255, 0, 0],
      [76, 85, 255],
    ],
    [
      [0, 255, 0],
      [150, 44, 21],
    ],
    [
      [0, 0, 255],
      [29, 255, 107],
    ],
    [
      [90, 90, 90],
      [90, 128, 128],
    ],
  ])('of %j are %j', (rgb, expected) => {
    const { y, cb, cr } = toYCbCr(Uint8Array.from(rgb), 1);
    expect([y.bytes[0], cb.bytes[0], cr.bytes[0]]).toEqual(expected);
  });

  test('come back to within two levels', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, (...rgb) => {
        const back = toRgb(toYCbCr(Uint8Array.from(rgb), 1));
        for (const [i, level] of rgb.entries()) expect(Math.abs(back[i]! - level)).toBeLessThanOrEqual(2);
      }),
    );
  });
});
