import { brightness } from './brightness.ts';
import type { CorruptionName, Severity } from './catalogue.ts';
import { contrast } from './contrast.ts';
import type { Corruption } from './corruption.ts';
import { defocusBlur } from './defocus-blur.ts';
import { elasticTransform } from './elastic-transform.ts';
import { fog } from './fog.ts';
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

const corruptions: Partial<Record<CorruptionName, Corruption>> = {
  gaussian_noise: gaussianNoise,
  shot_noise: shotNoise,
  impulse_noise: impulseNoise,
  brightness,
  elastic_transform: elasticTransform,
  jpeg_compression: jpegCompression,
  defocus_blur: defocusBlur,
  glass_blur: glassBlur,
  motion_blur: motionBlur,
  zoom_blur: zoomBlur,
  fog,
  snow,
  contrast,
  pixelate,
  speckle_noise: speckleNoise,
  gaussian_blur: gaussianBlur,
  saturate,
  spatter,
};

/** The corruptions that can be made here. */
export const available = Object.keys(corruptions) as CorruptionName[];

/**
 * Corrupts one image as the images of CIFAR-10-C are (Hendrycks & Dietterich 2019, make_cifar_c.py).
 * @param image bytes [32, 32, 3]. @param random the draws of this image alone. @returns new bytes [32, 32, 3].
 * @throws RangeError for a corruption that cannot be made here.
 */
export function corrupt(name: CorruptionName, severity: Severity, image: Uint8Array, random: RandomSource): Uint8Array {
  const corruption = corruptions[name];
  if (!corruption) throw new RangeError(`${name} cannot be made here`);
  return corruption(image, severity, random);
}
