import { expect, test } from 'vitest';
import {
  benchmark,
  corruptionNames,
  extra,
  isCorruptionName,
  severities,
} from '../../../../src/data/corruptions/catalogue.ts';

test('there are fifteen corruptions in the benchmark and four beside it', () => {
  expect(benchmark).toHaveLength(15);
  expect(extra).toHaveLength(4);
  expect(new Set(corruptionNames).size).toBe(19);
  expect(severities).toEqual([1, 2, 3, 4, 5]);
});

test('a name is one of the nineteen or none', () => {
  expect(isCorruptionName('zoom_blur')).toBe(true);
  expect(isCorruptionName('zoomblur')).toBe(false);
});
