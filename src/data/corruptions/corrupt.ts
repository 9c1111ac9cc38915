import { EnvironmentError } from '../../problem/errors.ts';
import { brightness } from './brightness.ts';
import type { CorruptionName, Severity } from './catalogue.ts';
import { contrast } from './contrast.ts';
import { type Corruption, channels, side } from './corruption.ts';
import { defocusBlur } from './defocus-blur.ts';
import { elasticTransform } from './elastic-transform.ts';
import { fog } from './fog.ts';
import { frost } from './frost.ts';
import type { FrostTextures } from './frost-textures.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { gaussianNoise } from './gaussian-noise.ts';
import { glassBlur } from './glass-blur.ts';
import { impulseNoise } from './impulse-noise.ts';
import { jpegCompression } from './jpeg-compression.ts';
import { motionBlur } from './motion-blur.ts';
import { pixelate } from './pixelate.ts';
import type { RandomSource } from './random-source.ts';
import { saturate } from './saturate.ts';
import { shotNoise } from './shot-noise.ts';
import { snow } from './snow.ts';
import { spatter } from './spatter.ts';
import { speckleNoise } from './speckle-noise.ts';
import { zoomBlur } from './zoom-blur.ts';

const selfContained: Readonly<Record<Exclude<CorruptionName, 'frost'>, Corruption>> = {
  gaussian_noise: gaussianNoise,
  shot_noise: shotNoise,
  impulse_noise: impulseNoise,
  defocus_blur: defocusBlur,
  glass_blur: glassBlur,
  motion_blur: motionBlur,
  zoom_blur: zoomBlur,
  snow,
  fog,
  brightness,
  contrast,
  elastic_transform: elasticTransform,
  pixelate,
  jpeg_compression: jpegCompression,
  speckle_noise: speckleNoise,
  gaussian_blur: gaussianBlur,
  spatter,
  saturate,
};

const noTextures: FrostTextures = { missing: 'its texture images were not requested.' };

/**
 * Corrupts one image as in CIFAR-10-C (Hendrycks & Dietterich 2019, make_cifar_c.py), byte for byte given the same draws.
 * @param image bytes [32, 32, 3]. @param random the draws of this image only. @param textures for frost.
 * @returns new bytes [32, 32, 3].
 * @throws EnvironmentError for frost without its textures; RangeError for an image of another size.
 */
export function corrupt(
  name: CorruptionName,
  severity: Severity,
  image: Uint8Array,
  random: RandomSource,
  textures: FrostTextures = noTextures,
): Uint8Array {
  if (image.length !== side * side * channels) {
    throw new RangeError(`corruptions are made for ${side}x${side}x${channels} bytes, not for ${image.length}`);
  }
  return corruptionOf(name, textures)(image, severity, random);
}

function corruptionOf(name: CorruptionName, textures: FrostTextures): Corruption {
  if (name !== 'frost') return selfContained[name];
  if ('missing' in textures) throw new EnvironmentError(`frost cannot be made: ${textures.missing}`);
  return frost(textures);
}
