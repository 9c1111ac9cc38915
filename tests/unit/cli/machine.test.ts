import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gpuDevices } from '../../../src/cli/machine.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const bin = join(temporaryDirectory(), 'bin');
mkdirSync(bin);
writeFileSync(join(bin, 'nvidia-smi'), '#!/bin/sh\nprintf "0, GPU-a, 570.86, X\\n1, GPU-b, 570.86, X\\n"\n');
chmodSync(join(bin, 'nvidia-smi'), 0o755);

test('a place of the gpu lane for every GPU there is', async () => {
  expect(await gpuDevices({ PATH: `${bin}:/bin:/usr/bin` })).toEqual(['GPU-a', 'GPU-b']);
  expect(await gpuDevices({ PATH: '' })).toEqual([]);
});

test('what CUDA_VISIBLE_DEVICES names is taken as it is; when it is empty, no GPU', async () => {
  const PATH = bin;
  expect(await gpuDevices({ PATH, CUDA_VISIBLE_DEVICES: '1, GPU-a' })).toEqual(['1', 'GPU-a']);
  expect(await gpuDevices({ PATH, CUDA_VISIBLE_DEVICES: '' })).toEqual([]);
});
