import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { imageA, imageB, lcg } from '../support/reference.ts';

const sum = (image: Uint8Array) => image.reduce((total, value) => total + value, 0);
const sha16 = (image: Uint8Array) => createHash('sha256').update(image).digest('hex').slice(0, 16);

test('the generator starts with its known states', () => {
  const generator = lcg(1);
  expect([generator.next(), generator.next(), generator.next()]).toEqual([1015568748, 1586005467, 2165703038]);
});

test('images A and B are the ones the reference values were taken from', () => {
  expect([sum(imageA(32)), sha16(imageA(32))]).toEqual([388992, 'dd0d2b7dec840c7b']);
  expect([sum(imageB(32)), sha16(imageB(32))]).toEqual([320940, '15f52da0509dd080']);
  expect([sum(imageA(72)), sha16(imageA(72))]).toEqual([1974095, '3c6a1ddce30ff7d3']);
});
