import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheDirectory, setupLocation } from '../../../src/compute/location.ts';
import { openBackend } from '../../../src/compute/open.ts';
import { writeSetupManifest } from '../../../src/compute/setup/manifest.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

test('where TensorFlow does not see the GPU that there is, a stage fails instead of computing on the CPU', async () => {
  const directory = temporaryDirectory();
  // The build for CPUs in the place of that for GPUs: it loads, and sees no GPU.
  const real = setupLocation(cacheDirectory(process.env), 'cpu');
  const build = setupLocation(directory, 'gpu');
  mkdirSync(build.directory);
  symlinkSync(real.addon, build.addon);
  symlinkSync(real.libraries, build.libraries);
  await writeSetupManifest(build, { wheels: [], compiler: 'none' });
  writeFileSync(join(directory, 'nvidia-smi'), "#!/bin/sh\necho '0, GPU-a, 580.159.04, NVIDIA H200'\n", {
    mode: 0o755,
  });

  const environment = { PIPE_CACHE_DIR: directory, PATH: directory };
  await expect(openBackend({ environment, backend: 'auto' })).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: expect.stringMatching(/^TensorFlow does not see the GPU that nvidia-smi reports/),
      hint: expect.stringContaining('CUDA_VISIBLE_DEVICES'),
    }),
  );
  const { device } = await openBackend({ environment: { ...environment, CUDA_VISIBLE_DEVICES: '' } });
  expect(device).toMatchObject({ backend: 'tensorflow', kind: 'cpu' });
});
