import { describe, expect, test } from 'vitest';
import { checkImages, checkLabels, cifar10cFile, severityRows } from '../../../../src/data/corruptions/layout.ts';

test('a corruption has a file, a severity its rows', () => {
  expect(cifar10cFile('gaussian_noise')).toBe('gaussian_noise.npy');
  expect(severityRows(1)).toEqual({ first: 0, count: 10_000 });
  expect(severityRows(5)).toEqual({ first: 40_000, count: 10_000 });
});

describe('headers are held to what was released', () => {
  test('as released', () => {
    checkImages('fog.npy', { dtype: 'U8', shape: [50_000, 32, 32, 3] });
    checkLabels('labels.npy', { dtype: 'U8', shape: [50_000] });
  });

  test.each([
    ['shape', { dtype: 'U8', shape: [50_000, 3, 32, 32] }],
    ['length', { dtype: 'U8', shape: [10_000, 32, 32, 3] }],
    ['dtype', { dtype: 'F32', shape: [50_000, 32, 32, 3] }],
  ] as const)('another %s is named', (_, info) => {
    expect(() => checkImages('data/fog.npy', info)).toThrow(
      `data/fog.npy contains ${info.dtype} [${info.shape.join(', ')}], not the U8 [50000, 32, 32, 3] of CIFAR-10-C.`,
    );
  });

  test('labels are one for each row', () => {
    expect(() => checkLabels('labels.npy', { dtype: 'U8', shape: [10_000] })).toThrow('not the U8 [50000]');
  });
});
