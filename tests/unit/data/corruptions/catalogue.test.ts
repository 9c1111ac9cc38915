import { expect, test } from 'vitest';
import {
  benchmark,
  corruptionNames,
  extra,
  isCorruptionName,
  severities,
  tfdsName,
} from '../../../../src/data/corruptions/catalogue.ts';

test('there are fifteen corruptions in the benchmark and four beside it', () => {
  expect(benchmark).toHaveLength(15);
  expect(extra).toHaveLength(4);
  expect(new Set(corruptionNames).size).toBe(19);
  expect(severities).toEqual([1, 2, 3, 4, 5]);
});

test('TensorFlow Datasets renames two of them', () => {
  expect(tfdsName('glass_blur', 3)).toBe('frosted_glass_blur_3');
  expect(tfdsName('elastic_transform', 5)).toBe('elastic_5');
  expect(tfdsName('fog', 1)).toBe('fog_1');
});

test('a name is one of the nineteen or none', () => {
  expect(isCorruptionName('zoom_blur')).toBe(true);
  expect(isCorruptionName('zoomblur')).toBe(false);
});
