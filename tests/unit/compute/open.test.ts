import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { locate } from '../../../src/compute/location.ts';
import { openBackend, usableBuild } from '../../../src/compute/open.ts';
import { writeManifest } from '../../../src/compute/setup/manifest.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const cache = temporaryDirectory();
const environment = { PIPE_CACHE_DIR: cache, PATH: '' };

async function pretendSetup(build: 'cpu' | 'gpu'): Promise<void> {
  const location = locate(cache, build);
  mkdirSync(location.directory, { recursive: true });
  writeFileSync(location.addon, 'no library');
  await writeManifest(location, { wheels: [], compiler: 'none' });
}

test('without a set-up the error says what to type', async () => {
  expect(await usableBuild({ environment })).toBeUndefined();
  await expect(openBackend({ environment })).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: `TensorFlow is not set up in ${cache}`,
      hint: 'type: pipe setup',
    }),
  );
  await expect(openBackend({ environment, build: 'gpu' })).rejects.toThrowError(
    expect.objectContaining({ hint: 'type: pipe setup --gpu' }),
  );
});

test('a set-up that cannot be loaded is an error with the reason, and another open tries again', async () => {
  await pretendSetup('cpu');
  for (const _try of [1, 2]) {
    await expect(openBackend({ environment })).rejects.toThrowError(
      expect.objectContaining({ name: 'EnvironmentError', message: expect.stringContaining('cannot be loaded from') }),
    );
  }
});

test('the GPU build is taken where it is the only one, else only where there is a GPU', async () => {
  await pretendSetup('gpu');
  expect(await usableBuild({ environment })).toBe('cpu');
  expect(await usableBuild({ environment, build: 'gpu' })).toBe('gpu');
  expect(await usableBuild({ environment: { ...environment, PIPE_CACHE_DIR: join(cache, 'other') } })).toBeUndefined();
});
