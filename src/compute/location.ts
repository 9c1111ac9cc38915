import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The TensorFlow release everything is built against and measured with. */
export const tensorflowVersion = '2.21.0';

/** Which build of TensorFlow: for CPUs, or for NVIDIA GPUs. */
export type Build = 'cpu' | 'gpu';

/** How the folder of every build in the cache begins, of whatever release. */
export const setupPrefix = 'tensorflow-';

/** The folder of the cache where wheels lie while a setup needs them. */
export const wheelDirectory = 'wheels';

/** Environment variables, handed in from the command line. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where one build of TensorFlow lives in the per-user cache. */
export interface Location {
  /** The folder of this build; absent until it is set up. */
  readonly directory: string;
  /** TensorFlow's libraries and headers, laid out as in its wheel: the CUDA libraries are found relative to it. */
  readonly libraries: string;
  /** The TensorFlow.js addon, linked against the libraries. */
  readonly addon: string;
  /** What was set up, from what; written last. */
  readonly manifest: string;
}

/** The per-user cache many checkouts share: `PIPE_CACHE_DIR`, else `pipe` under the XDG cache directory. */
export function cacheDirectory(environment: Environment): string {
  const chosen = environment['PIPE_CACHE_DIR'];
  if (chosen) return resolve(chosen);
  return join(environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache'), 'pipe');
}

/** Where a build of TensorFlow is, or would be, set up. */
export function setupLocation(cache: string, build: Build): Location {
  return locationIn(join(cache, `${setupPrefix}${tensorflowVersion}-${build}`));
}

/** Where things lie in the folder of a build. */
export function locationIn(directory: string): Location {
  return {
    directory,
    libraries: join(directory, 'tensorflow'),
    addon: join(directory, 'tfjs_binding.node'),
    manifest: join(directory, 'manifest.json'),
  };
}
