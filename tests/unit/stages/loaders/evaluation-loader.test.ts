import { Worker } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
import { openEvaluationLoader } from '../../../../src/stages/loaders/evaluation-loader.ts';
import { lcg } from '../../../support/reference.ts';

const images = 7;
const noise = lcg(1);
const split = {
  images: Uint8Array.from({ length: images * 32 * 32 * 3 }, () => 256 * noise.uniform()),
  labels: Uint8Array.from({ length: images }, (_, index) => index),
};
const { signal } = new AbortController();

async function batchesOf(options: { workers: number; imageSize?: number; batchSize?: number; first?: number }) {
  const loader = openEvaluationLoader({ split, imageSize: 40, batchSize: 3, signal, ...options });
  const batches = [];
  for await (const { images, labels, size } of loader.batches()) batches.push({ images: [...images], labels, size });
  await loader.close();
  return batches;
}

describe('an evaluation loader', () => {
  test('gives the same batches whatever the threads, the last one smaller', async () => {
    const inline = await batchesOf({ workers: 0, first: 2 });
    expect(inline.map(({ labels }) => [...labels])).toEqual([
      [2, 3, 4],
      [5, 6],
    ]);
    expect(await batchesOf({ workers: 2, first: 2 })).toEqual(inline);
  });

  test('starts threads only if there is something to make ahead', async () => {
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    await batchesOf({ workers: 1 });
    expect(posted).toHaveBeenCalledTimes(3);
    await batchesOf({ workers: 1, imageSize: 32 });
    await batchesOf({ workers: 1, batchSize: images });
    expect(posted).toHaveBeenCalledTimes(3);
    posted.mockRestore();
  });
});
