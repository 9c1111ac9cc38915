import { describe, expect, test } from 'vitest';
import type { BatchRequest } from '../../../../src/data/views/batch.ts';
import { openViewLoader, type ViewLoaderOptions } from '../../../../src/data/views/loader.ts';
import type { ViewSpec } from '../../../../src/data/views/view-spec.ts';
import { orderedWorkContract } from '../../../contract/ordered-work.ts';
import { imageA, imageB } from '../../../support/reference.ts';

const spec: ViewSpec = {
  imageSize: 16,
  padding: 0,
  resize: 24,
  crop: 20,
  geometry: 'shared',
  randAugment: { layers: 2, magnitude: 9, translate: 100, cutout: 40, fill: 'reflect', contrast: 'legacy' },
};
const images = Uint8Array.from([...imageA(16), ...imageB(16), ...imageA(16).reverse()]);
const labels = Uint8Array.of(4, 5, 6);
const options: ViewLoaderOptions = { images, labels, seed: 3, spec, kinds: ['clean', 'noisy'], batchSize: 3 };

const requests: readonly BatchRequest[] = Array.from({ length: 12 }, (_, place) => ({
  epoch: Math.floor(place / 4),
  indices: place % 4 === 3 ? Uint32Array.of(1) : Uint32Array.of(place % 3, (place + 1) % 3, 2),
}));

async function collect(workers: number, ahead?: number) {
  const loader = openViewLoader({ ...options, workers, ...(ahead !== undefined && { ahead }) });
  try {
    const batches = [];
    for await (const { epoch, views, labels: classes } of loader.batches(requests)) {
      batches.push({ epoch, classes: [...classes], clean: [...views.clean!], noisy: [...views.noisy!] });
    }
    return batches;
  } finally {
    await loader.close();
  }
}

describe('a view loader', () => {
  test('gives the same batches in the same order, whatever the threads', async () => {
    const inline = await collect(0);
    expect(inline.map(({ epoch }) => epoch)).toEqual(requests.map(({ epoch }) => epoch));
    expect(inline[0]!.classes).toEqual([4, 5, 6]);
    expect(inline[3]!.clean.length).toBe(20 * 20 * 3);
    expect(await collect(1)).toEqual(inline);
    expect(await collect(3, 5)).toEqual(inline);
    expect(await collect(2, 0)).toEqual(inline);
  });

  test('gives a second sequence after the first was left early', async () => {
    const loader = openViewLoader({ ...options, workers: 2 });
    for await (const batch of loader.batches(requests)) {
      expect(batch.epoch).toBe(0);
      break;
    }
    const clean = [];
    for await (const { views } of loader.batches(requests)) clean.push([...views.clean!]);
    // Nothing that was still made for the first is in it.
    expect(clean).toEqual((await collect(0)).map((batch) => batch.clean));
    await loader.close();
  });

  orderedWorkContract({
    jobs: requests,
    slots: 3,
    open: (workers, signal) => openViewLoader({ ...options, workers, ahead: 2, signal }),
    broken: (workers, signal) => ({
      maker: openViewLoader({ ...options, workers, signal }),
      job: { epoch: 0, indices: Uint32Array.of(99) },
      why: 'there is no image 99',
    }),
  });

  test('refuses what it cannot make', async () => {
    expect(() => openViewLoader({ ...options, spec: { ...spec, crop: 25 } })).toThrow(RangeError);
    const loader = openViewLoader({ ...options, workers: 0 });
    await expect(loader.batches([{ epoch: 0, indices: new Uint32Array(4) }]).next()).rejects.toThrow(
      'at most 3 images',
    );
    await loader.close();
  });
});
