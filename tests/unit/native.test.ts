import { expect, test } from 'vitest';
import { cacheDirectory, setupLocation } from '../../src/compute/location.ts';
import { loadNative } from '../../src/compute/native.ts';

test('the addon multiplies matrices', () => {
  const { tf } = loadNative(setupLocation(cacheDirectory(process.env), 'cpu').addon);
  expect([...tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync()]).toEqual([2, 2, 2, 2]);
});
