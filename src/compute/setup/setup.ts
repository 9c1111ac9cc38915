import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Build,
  cacheDirectory,
  type Environment,
  setupLocation,
  setupPrefix,
  wheelDirectory,
} from '../location.ts';
import { cacheError } from './cache-error.ts';
import { findGpus, isUsable } from './gpu.ts';
import { type Installed, install } from './install.ts';
import { currentPlatform } from './platform.ts';
import { probeAddon, unseenGpu } from './probe.ts';
import type { SetupListener } from './progress.ts';
import { wheelsFor } from './wheels.ts';

/** What to set up, and the listener. */
export interface SetupOptions {
  readonly environment: Environment;
  /** `auto`: the GPU build if a GPU is found, otherwise the CPU build. */
  readonly build: Build | 'auto';
  readonly onProgress: SetupListener;
  readonly signal?: AbortSignal | undefined;
}

/** What was set up, and where. */
export interface SetupResult extends Installed {
  readonly build: Build;
  readonly directory: string;
}

/**
 * Makes native TensorFlow usable from the per-user cache; fast if it is set up already.
 * @throws EnvironmentError with what this machine lacks and what to do about it.
 */
export async function setup(options: SetupOptions): Promise<SetupResult> {
  const { environment, onProgress, signal } = options;
  const platform = currentPlatform();
  const build = options.build === 'auto' ? await suitableBuild(environment, platform.architecture) : options.build;
  const location = setupLocation(cacheDirectory(environment), build);
  const installed = await install({
    location,
    wheels: wheelsFor(build, platform),
    environment,
    onProgress,
    signal,
    probe: (addon) => probeAddon(addon, { environment, signal }),
  });
  if (build === 'gpu' && !installed.gpu && (await findGpus(environment)).length > 0) {
    throw await unseenGpu(location.addon, { environment, signal });
  }
  return { ...installed, build, directory: location.directory };
}

/** Removes every setup in the cache, of any release, including downloads; returns the removed folders. */
export async function removeSetup(environment: Environment): Promise<readonly string[]> {
  const cache = cacheDirectory(environment);
  try {
    const names = existsSync(cache) ? await readdir(cache) : [];
    const folders = names.filter((name) => name === wheelDirectory || name.startsWith(setupPrefix));
    for (const name of folders) await rm(join(cache, name), { recursive: true, force: true });
    return folders.map((name) => join(cache, name));
  } catch (error) {
    throw cacheError(cache, error);
  }
}

async function suitableBuild(environment: Environment, architecture: string): Promise<Build> {
  if (architecture !== 'x64') return 'cpu';
  return (await findGpus(environment)).some(isUsable) ? 'gpu' : 'cpu';
}
