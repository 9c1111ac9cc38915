import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findGpus, isUsable } from '../../../../src/compute/setup/gpu.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();

function driver(table: string): { PATH: string } {
  const path = join(directory, 'nvidia-smi');
  writeFileSync(path, `#!/bin/sh\nprintf '${table}'\n`);
  chmodSync(path, 0o755);
  return { PATH: directory };
}

const two = '0, GPU-aaaa-1, 570.86.15, NVIDIA H200\\n1, GPU-bbbb-2, 570.86.15, Quadro T1000, Max-Q\\n';

test('the GPUs are those the driver reports', async () => {
  expect(await findGpus(driver(two))).toEqual([
    { index: '0', uuid: 'GPU-aaaa-1', driver: '570.86.15', name: 'NVIDIA H200' },
    { index: '1', uuid: 'GPU-bbbb-2', driver: '570.86.15', name: 'Quadro T1000, Max-Q' },
  ]);
});

test.each([
  ['1', ['1']],
  ['1,0', ['1', '0']],
  ['GPU-bbbb', ['1']],
  ['0,7,1', ['0']],
  ['-1', []],
  ['', []],
])('CUDA_VISIBLE_DEVICES=%s leaves %j', async (chosen, indices) => {
  const gpus = await findGpus({ ...driver(two), CUDA_VISIBLE_DEVICES: chosen });
  expect(gpus.map(({ index }) => index)).toEqual(indices);
});

test('a driver that fails, or reports nothing, is no GPU', async () => {
  expect(await findGpus(driver(''))).toEqual([]);
  writeFileSync(join(directory, 'nvidia-smi'), '#!/bin/sh\nexit 9\n');
  expect(await findGpus({ PATH: directory })).toEqual([]);
});

test('a driver older than CUDA 12 is not usable', async () => {
  const [gpu] = await findGpus(driver('0, GPU-a, 470.57.02, Tesla T4\\n'));
  expect(gpu && isUsable(gpu)).toBe(false);
});
