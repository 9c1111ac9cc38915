import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bilinearTaps, resizeWindow } from '../../src/data/views/resize.ts';
import { imageA, imageB } from '../support/reference.ts';

function resized<T extends Float32Array | Uint8Array>(image: Uint8Array, side: number, target: T): T {
  const rows = new Float32Array(32 * side * 3);
  resizeWindow(image, 32, bilinearTaps(32, side), { top: 0, left: 0, side }, rows, target);
  return target;
}

// What TensorFlow 2.21's bilinear resize makes of images A and B, 32x32.
describe('the bilinear resize', () => {
  test.each([
    ['A', 96, imageA, 3500927.9947, 3489326, 'dba23aaf5180eb53', [119.999893, 206, 91.33345]],
    ['A', 72, imageA, 1969093.7098, 1961381, '1a407deff56e6b9b', [190.194443, 216.777878, 108.009232]],
    ['B', 96, imageB, 2888459.988, 2879304, 'f351267ebb2a508e', [139, 129.999908, 71]],
    ['B', 72, imageB, 1624740.467, 1617642, '39000230489bea37', [153.055634, 67.666664, 108.666664]],
  ] as const)('of %s to %i is bit-exact', (_, side, image, floatSum, byteSum, sha, pixel) => {
    const floats = resized(image(32), side, new Float32Array(side * side * 3));
    expect(floats.reduce((sum, value) => sum + value, 0)).toBeCloseTo(floatSum, 4);
    const at = (37 * side + 50) * 3;
    expect([...floats.subarray(at, at + 3)].map((value) => Number(value.toFixed(6)))).toEqual(pixel);
    const bytes = resized(image(32), side, new Uint8Array(side * side * 3));
    expect(bytes.reduce((sum, byte) => sum + byte, 0)).toBe(byteSum);
    expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16)).toBe(sha);
  });
});
