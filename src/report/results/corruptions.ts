/** CIFAR-10-C's corruptions by family; those that are not among the fifteen of the benchmark come last (Hendrycks & Dietterich 2019). */
const families = {
  noise: ['gaussian_noise', 'shot_noise', 'impulse_noise', 'speckle_noise'],
  blur: ['defocus_blur', 'glass_blur', 'motion_blur', 'zoom_blur', 'gaussian_blur'],
  weather: ['snow', 'frost', 'fog', 'brightness', 'spatter'],
  digital: ['contrast', 'elastic_transform', 'pixelate', 'jpeg_compression', 'saturate'],
} as const;

const extra: ReadonlySet<string> = new Set(['speckle_noise', 'gaussian_blur', 'spatter', 'saturate']);

/** The fifteen whose mean papers report. */
export const benchmarkCorruptions: readonly string[] = Object.values(families)
  .flat()
  .filter((name) => !extra.has(name));

/** The severities of the benchmark. */
export const benchmarkSeverities: readonly string[] = ['1', '2', '3', '4', '5'];

/** The severity of the mean that is called corrupted, everywhere. */
export const hardestSeverity = '5';

/** Corruptions in their families, in the usual order; other names form a separate family. */
export function inFamilies(
  names: readonly string[],
): readonly { readonly family: string; readonly names: readonly string[] }[] {
  const known = Object.entries(families).map(([family, all]) => ({
    family,
    names: (all as readonly string[]).filter((name) => names.includes(name)),
  }));
  const others = names.filter((name) => !known.some((family) => family.names.includes(name)));
  return [...known, { family: 'other', names: others }].filter((family) => family.names.length > 0);
}

/** `gaussian noise` for `gaussian_noise`. */
export function corruptionWords(name: string): string {
  return name.replaceAll('_', ' ');
}
