import { expect, test } from 'vitest';
import { placeVariables } from '../../../src/workers/place-variables.ts';

const variables = (lane: string, place: number, environment: Record<string, string>, gpuDevices: readonly string[]) =>
  placeVariables({ lane, place, cpus: undefined }, { environment, gpuDevices });

test.each<[string, Record<string, string>, ReturnType<typeof variables>]>([
  ['each place of the gpu lane has its device', { CUDA_VISIBLE_DEVICES: '3' }, variables('gpu', 0, {}, ['3', '5'])],
  ['the next place has the next', { CUDA_VISIBLE_DEVICES: '5' }, variables('gpu', 1, {}, ['3', '5'])],
  [
    'other lanes have what was set',
    { CUDA_VISIBLE_DEVICES: '3,5' },
    variables('cpu', 0, { CUDA_VISIBLE_DEVICES: '3,5' }, ['3', '5']),
  ],
  [
    'an empty list hides all devices',
    { CUDA_VISIBLE_DEVICES: '' },
    variables('gpu', 0, { CUDA_VISIBLE_DEVICES: '' }, []),
  ],
  ['without devices and list nothing is set', {}, variables('gpu', 0, {}, [])],
])('%s', (_, expected, found) => {
  expect(found).toEqual(expected);
});

test('cpus are told to the libraries that start threads', () => {
  const found = placeVariables({ lane: 'cpu', place: 0, cpus: 3 }, { environment: {}, gpuDevices: [] });
  expect(found).toMatchObject({ OMP_NUM_THREADS: '3', OPENBLAS_NUM_THREADS: '3', MKL_NUM_THREADS: '3' });
});
