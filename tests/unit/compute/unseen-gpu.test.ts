import { expect, test } from 'vitest';
import { openBackend } from '../../../src/compute/open.ts';
import { pretendGpu } from '../../support/pretended-gpu.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

test('where TensorFlow does not see the GPU that there is, a stage fails instead of computing on the CPU', async () => {
  const environment = await pretendGpu(temporaryDirectory());
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
