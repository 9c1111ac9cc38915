/** The fifteen corruptions of the CIFAR-10-C benchmark (Hendrycks & Dietterich 2019), by the names of its files. */
export const benchmark = [
  'gaussian_noise',
  'shot_noise',
  'impulse_noise',
  'defocus_blur',
  'glass_blur',
  'motion_blur',
  'zoom_blur',
  'snow',
  'frost',
  'fog',
  'brightness',
  'contrast',
  'elastic_transform',
  'pixelate',
  'jpeg_compression',
] as const;

/** The four additional ones of CIFAR-10-C, meant for validation. */
export const extra = ['speckle_noise', 'gaussian_blur', 'spatter', 'saturate'] as const;

/** All nineteen: the benchmark, then the extra ones. */
export const corruptionNames = [...benchmark, ...extra] as const;

export type CorruptionName = (typeof corruptionNames)[number];

/** The five strengths of every corruption, weakest first. */
export const severities = [1, 2, 3, 4, 5] as const;

export type Severity = (typeof severities)[number];

/** True if a text names one of the nineteen corruptions. */
export function isCorruptionName(text: string): text is CorruptionName {
  return (corruptionNames as readonly string[]).includes(text);
}
