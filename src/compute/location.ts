import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The TensorFlow release that everything is built against and measured with. */
export const tensorflowVersion = '2.21.0';

/** Which build of TensorFlow: for CPUs, or for NVIDIA GPUs. */
export type Build = 'cpu' | 'gpu';

/** How the folder names of all builds in the cache begin, for any release. */
export const setupPrefix = 'tensorflow-';

/** The folder of the cache for wheels while a setup needs them. */
export const wheelDirectory = 'wheels';

/** Environment variables, passed from the command line. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The paths of one build of TensorFlow in the per-user cache. */
export interface Location {
  /** The folder of this build; absent until it is set up. */
  readonly directory: string;
  /** TensorFlow's libraries and headers, in the layout of its wheel: the CUDA libraries are found relative to it. */
  readonly libraries: string;
  /** The TensorFlow.js addon, linked against the libraries. */
  readonly addon: string;
  /** The manifest of the setup; written last. */
  readonly manifest: string;
}

/** The per-user cache that all checkouts share: `PIPE_CACHE_DIR`, otherwise `pipe` in the XDG cache directory. */
export function cacheDirectory(environment: Environment): string {
  const chosen = environment['PIPE_CACHE_DIR'];
  if (chosen) return resolve(chosen);
  return join(environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache'), 'pipe');
}

/** Where a build of TensorFlow is, or would be, set up. */
export function setupLocation(cache: string, build: Build): Location {
  return locationIn(join(cache, `${setupPrefix}${tensorflowVersion}-${build}`));
}

/** The paths in the folder of a build. */
export function locationIn(directory: string): Location {
  return {
    directory,
    libraries: join(directory, 'tensorflow'),
    addon: join(directory, 'tfjs_binding.node'),
    manifest: join(directory, 'manifest.json'),
  };
}
