import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chosenBackend } from '../../../src/compute/chosen-backend.ts';
import { setupLocation } from '../../../src/compute/location.ts';
import { openBackend } from '../../../src/compute/open.ts';
import { writeSetupManifest } from '../../../src/compute/setup/manifest.ts';
import { isForGpu, usableBuild } from '../../../src/compute/tensorflow.ts';
import { pretendGpu } from '../../support/pretended-gpu.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { tinyCompiler } from '../../support/tiny-tensorflow.ts';

const cache = temporaryDirectory();
const environment = { PIPE_CACHE_DIR: cache, PATH: '', CXX: tinyCompiler(temporaryDirectory()) };

async function pretendSetup(build: 'cpu' | 'gpu'): Promise<void> {
  const location = setupLocation(cache, build);
  mkdirSync(location.directory, { recursive: true });
  writeFileSync(location.addon, 'no library');
  await writeSetupManifest(location, { wheels: [], compiler: 'none' });
}

test('without a setup the error says what to type', async () => {
  expect(await usableBuild({ environment })).toBeUndefined();
  await expect(openBackend({ environment })).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: `TensorFlow is not set up in ${cache}`,
      hint: 'run: pipe setup',
    }),
  );
  await expect(openBackend({ environment, build: 'gpu' })).rejects.toThrowError(
    expect.objectContaining({ hint: 'run: pipe setup --gpu' }),
  );
});

test('a setup that cannot be loaded is an error with the reason, and another open tries again', async () => {
  await pretendSetup('cpu');
  for (const _try of [1, 2]) {
    await expect(openBackend({ environment })).rejects.toThrowError(
      expect.objectContaining({ name: 'EnvironmentError', message: expect.stringContaining('cannot be loaded from') }),
    );
  }
});

test('the GPU build is taken where it is the only one, else only if there is a GPU', async () => {
  await pretendSetup('gpu');
  expect(await usableBuild({ environment })).toBe('cpu');
  expect(await usableBuild({ environment, build: 'gpu' })).toBe('gpu');
  expect(await usableBuild({ environment: { ...environment, PIPE_CACHE_DIR: join(cache, 'other') } })).toBeUndefined();
  expect(await isForGpu({ environment, build: 'gpu' })).toBe(false);
  const gpu = await pretendGpu(temporaryDirectory());
  expect(await isForGpu({ environment: gpu })).toBe(true);
  expect(await isForGpu({ environment: { ...gpu, CUDA_VISIBLE_DEVICES: '' } })).toBe(false);
});

test('PIPE_BACKEND names the backend, and a name that is none is an error', () => {
  expect(chosenBackend({})).toBe('auto');
  expect(chosenBackend({ PIPE_BACKEND: 'wasm' })).toBe('wasm');
  expect(() => chosenBackend({ PIPE_BACKEND: 'webgl' })).toThrowError(
    expect.objectContaining({ name: 'EnvironmentError', hint: 'set it to auto, tensorflow, wasm, javascript' }),
  );
});

// Last: a backend that opens stays that of the process.
test('without TensorFlow, WebAssembly replaces it with a notice of one line, unless TensorFlow was requested', async () => {
  const bare = { PIPE_CACHE_DIR: join(cache, 'none'), PATH: '' };
  await expect(openBackend({ environment: bare, backend: 'tensorflow' })).rejects.toThrowError(/is not set up/);
  await expect(openBackend({ environment: bare, build: 'gpu' })).rejects.toThrowError(/is not set up/);
  const { device, notice } = await openBackend({ environment: bare });
  expect(device.backend).toBe('wasm');
  expect(notice).toMatch(
    /^computing with WebAssembly, several times slower than TensorFlow: no C\+\+ compiler found \(.*\)$/,
  );
});
