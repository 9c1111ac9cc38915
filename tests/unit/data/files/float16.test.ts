import { expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from '../../../../src/data/files/float16.ts';

test('every half-precision number comes back as it was', () => {
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter((bits) => (bits & 0x7fff) <= 0x7c00);
  expect(toFloat16(fromFloat16(all))).toEqual(all);
});

test('the values are those of IEEE 754', () => {
  const bits = Uint16Array.of(0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3555, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00);
  const values = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1365 / 4096, 1, -2, 65504, Infinity, -Infinity];
  expect([...fromFloat16(bits)]).toEqual(values);
  expect(fromFloat16(Uint16Array.of(0x7e00))[0]).toBeNaN();
  expect([...toFloat16(Float32Array.of(Number.NaN))]).toEqual([0x7e00]);
});

test('what lies between two goes to the nearer, halfway to the even one', () => {
  const one = 0x3c00;
  const step = 2 ** -10;
  const values = [1 + 0.49 * step, 1 + 0.5 * step, 1 + 0.51 * step, 1 + 1.5 * step, 2 - 0.5 * step];
  expect([...toFloat16(Float32Array.from(values))]).toEqual([one, one, one + 1, one + 2, 0x4000]);
  const small = [0.5, 0.75, 1.5, 2.5, 1023.5].map((steps) => steps * 2 ** -24);
  expect([...toFloat16(Float32Array.from(small))]).toEqual([0, 1, 2, 2, 0x400]);
  expect([...toFloat16(Float32Array.of(65519, 65520, -1e30))]).toEqual([0x7bff, 0x7c00, 0xfc00]);
});
