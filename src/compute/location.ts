import { join } from 'node:path';

/** The TensorFlow release everything is built against and measured with. */
export const tensorflowVersion = '2.21.0';

/** Which build of TensorFlow: for CPUs, or for NVIDIA GPUs. */
export type Build = 'cpu' | 'gpu';

/** Where one build of TensorFlow lives in the per-user cache. */
export interface Location {
  /** The folder of this build; absent until it is set up. */
  readonly directory: string;
  /** The TensorFlow.js addon, linked against the libraries beside it. */
  readonly addon: string;
}

/** The per-user cache many checkouts share: `PIPE_CACHE_DIR`, else `pipe` under the XDG cache directory. */
export function cacheDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const chosen = environment['PIPE_CACHE_DIR'];
  if (chosen) return chosen;
  return join(environment['XDG_CACHE_HOME'] || join(environment['HOME'] ?? '.', '.cache'), 'pipe');
}

/** Where a build of TensorFlow is, or would be, set up. */
export function locate(cache: string, build: Build): Location {
  const directory = join(cache, `tensorflow-${tensorflowVersion}-${build}`);
  return { directory, addon: join(directory, 'tfjs_binding.node') };
}
