import { expect, test } from 'vitest';
import { draw } from '../../../src/report/drawing/draw.ts';
import { unitOf } from '../../../src/report/results/measure.ts';
import {
  differenceWords,
  estimateWords,
  intervalWords,
  numberWords,
  plainWords,
} from '../../../src/report/results/numbers.ts';
import { estimate } from '../../../src/report/statistics/estimate.ts';

test.each([
  [0, '0'],
  [0.47123, '0.4712'],
  [-0.5, '−0.5'],
  [999.96, '1,000'],
  [1234.5, '1,235'],
  [12345.6, '12,346'],
  [50_000, '50,000'],
  [11_173_962, '11,173,962'],
  [123_456_789_012, '1.235e11'],
  [-123_456_789_012, '−1.235e11'],
  [1e300, '1e300'],
  [1e-300, '1e−300'],
  [0.000012, '1.2e−5'],
  [Number.NaN, 'NaN'],
])('%d is written %s', (value, words) => {
  expect(numberWords(value, 'number')).toBe(words);
});

test('a share has its decimals, and no share has hundreds of digits', () => {
  expect(numberWords(0.71143, 'share')).toBe('71.14');
  expect(numberWords(1e300, 'share')).toBe('1e302');
  expect(numberWords(1e-300, 'share')).toBe('0.00');
});

test('with more digits, for what is close', () => {
  expect(plainWords(1234.5678, 6)).toBe('1,234.57');
  expect(plainWords(0.12345678, 6)).toBe('0.123457');
  expect(plainWords(123_456_789_012, 6)).toBe('1.23457e11');
});

test.each([
  [0.9, 0.012, '0.900 ± 0.012'],
  [0.9, 0, '0.9 ± 0'],
  [0.9, 1e-9, '0.9 ± 1e−9'],
  [12_345.6, 1234, '12,346 ± 1,234'],
  [123_456_789_012, 12_345_678, '1.23457e11 ± 1.2e7'],
  [1e300, 1e298, '1e300 ± 1e298'],
  [1e-300, 1e-302, '1e−300 ± 1e−302'],
])('%d with the error %d is %s', (mean, standardError, words) => {
  expect(estimateWords({ mean, standardError }, 'number')).toBe(words);
  expect(differenceWords({ mean, standardError }, 'number')).toBe(`+${words}`);
});

test('an error that is small is not shown as none', () => {
  expect(estimateWords({ mean: 0.501, standardError: 0.0001 }, 'share', 1)).toBe('50.10 ± 0.01');
  expect(estimateWords({ mean: 0.501, standardError: 0.004 }, 'share', 1)).toBe('50.1 ± 0.4');
});

test('both ends of an interval have the same decimals', () => {
  expect(intervalWords([0.009539, 0.09118], 'number')).toBe('+0.010 to +0.091');
  expect(intervalWords([-1e300, 1e300], 'number')).toBe('−1e300 to +1e300');
});

test('numbers whose squares are infinite or 0 have a mean and an error', () => {
  for (const size of [1e300, 1e-300]) {
    const { mean, standardError } = estimate([1, 2, 3].map((value) => value * size));
    expect(mean / size).toBeCloseTo(2, 10);
    expect(standardError! / size).toBeCloseTo(1 / Math.sqrt(3), 10);
  }
});

test.each([
  ['validationAccuracy', [0.5, 1], 'share'],
  ['accuracy', [71.5, 0.9], 'percent'],
  ['accuracy', [1e300], 'number'],
  ['loss', [0.5], 'number'],
] as const)('%s with the values %j is a %s', (name, values, unit) => {
  expect(unitOf(name, values)).toBe(unit);
});

test.each([
  [[1e300, 2e300], '1.2e300'],
  [[1e-300, 3e-300], '2e−300'],
  [[123_456_789_012, 123_456_789_099], '1.2345678902e11'],
  [[1_234_567, 5_234_567], '2,000,000'],
  [[0.1, 0.5], '0.30'],
])('an axis from %j has the label %s', async (domain, label) => {
  const { svg } = await draw({
    data: { values: domain.map((value) => ({ value })) },
    mark: 'point',
    encoding: { x: { field: 'value', type: 'quantitative', scale: { domain, nice: false, zero: false } } },
  });
  expect([...svg.matchAll(/<text[^>]*>([^<]*)</gu)].map(([, text]) => text)).toContain(label);
});
