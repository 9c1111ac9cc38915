import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, setupLocation } from '../../src/compute/location.ts';
import { writeSetupManifest } from '../../src/compute/setup/manifest.ts';

/**
 * Puts into a folder a GPU that nvidia-smi reports, and in the place of TensorFlow's build for GPUs that for CPUs: it loads, and sees no GPU.
 * @returns the variables of a machine with only these.
 */
export async function pretendGpu(
  directory: string,
): Promise<{ readonly PIPE_CACHE_DIR: string; readonly PATH: string }> {
  const real = setupLocation(cacheDirectory(process.env), 'cpu');
  const build = setupLocation(directory, 'gpu');
  mkdirSync(build.directory);
  symlinkSync(real.addon, build.addon);
  symlinkSync(real.libraries, build.libraries);
  await writeSetupManifest(build, { wheels: [], compiler: 'none' });
  writeFileSync(join(directory, 'nvidia-smi'), "#!/bin/sh\necho '0, GPU-a, 580.159.04, NVIDIA H200'\n", {
    mode: 0o755,
  });
  return { PIPE_CACHE_DIR: directory, PATH: directory };
}
