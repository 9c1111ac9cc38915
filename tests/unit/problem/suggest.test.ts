import { expect, test } from 'vitest';
import { closest, didYouMean } from '../../../src/problem/suggest.ts';

const known = ['temperature', 'teacher', 'student', 'seed', 'learningRate'];

test.each([
  ['temprature', 'temperature'],
  ['techaer', 'teacher'],
  ['learningrate', 'learningRate'],
  ['temp', 'temperature'],
  ['stuednt', 'student'],
])('%s is close to %s', (written, meant) => {
  expect(closest(written, known)).toBe(meant);
});

test.each(['optimizer', 'x', 'sed-but-much-longer', ''])('%s is close to nothing', (written) => {
  expect(closest(written, known)).toBeUndefined();
});

test('the nearest of several wins, and a word is not suggested for itself', () => {
  expect(closest('conv12', ['conv1', 'conv123456', 'conv12'])).toBe('conv1');
  expect(didYouMean('seed', ['seed'])).toBeUndefined();
  expect(didYouMean('sede', known)).toBe('did you mean "seed"?');
});
