import { cacheDirectory, setupLocation } from '../../src/compute/location.ts';
import { loadNative, type Native } from '../../src/compute/native.ts';

/** TensorFlow as it is set up on this machine for development and tests. */
export function testNative(): Native {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  return loadNative(setupLocation(cacheDirectory(process.env), 'cpu').addon);
}
