import { describe, expect, test } from 'vitest';
import { type CorruptionJob, openCorruptions } from '../../../../src/data/corruptions/batches.ts';
import { corruptionNames, severities } from '../../../../src/data/corruptions/catalogue.ts';
import { corrupt } from '../../../../src/data/corruptions/corrupt.ts';
import { corruptionDraws } from '../../../../src/data/corruptions/random-source.ts';
import { orderedWorkContract } from '../../../contract/ordered-work.ts';
import { imageA, imageB } from '../../../support/reference.ts';

const imageLength = 32 * 32 * 3;
const seed = 6;
const images = new Uint8Array(new SharedArrayBuffer(3 * imageLength));
images.set([...imageA(32), ...imageB(32), ...imageA(32).reverse()]);
const textures = [0, 1].map((shift) => ({
  width: 40,
  height: 36,
  rgb: Uint8Array.from({ length: 40 * 36 * 3 }, (_, i) => (i * 7 + shift * 91) % 256),
}));

const jobs: readonly CorruptionJob[] = corruptionNames.flatMap((name, index) => {
  const severity = severities[index % severities.length]!;
  return [
    { name, severity, first: 0, count: 2 },
    { name, severity, first: 2, count: 1 },
  ];
});

const never = new AbortController().signal;

function open(threads: number, more: Partial<Parameters<typeof openCorruptions>[0]> = {}) {
  return openCorruptions({ images, seed, textures, batchSize: 2, threads, signal: never, ...more });
}

async function collect(threads: number) {
  const corruptions = open(threads);
  const batches = [];
  try {
    for await (const { job, images: bytes } of corruptions.batches(jobs)) batches.push({ job, bytes: [...bytes] });
  } finally {
    await corruptions.close();
  }
  return batches;
}

describe('corruptions in threads', () => {
  test.each([0, 1, 3])('with %i threads, every image has the bytes that it has alone', async (threads) => {
    const alone = jobs.map((job) => {
      const { name, severity, first, count } = job;
      const made = Array.from({ length: count }, (_, place) => {
        const index = first + place;
        const image = images.slice(index * imageLength, (index + 1) * imageLength);
        return [...corrupt(name, severity, image, corruptionDraws(seed, name, severity)(index), textures)];
      });
      return { job, bytes: made.flat() };
    });
    expect(await collect(threads)).toEqual(alone);
  });

  orderedWorkContract({
    jobs,
    slots: 5,
    open: (threads, signal) => open(threads, { signal }),
    broken: (threads, signal) => ({
      maker: open(threads, { signal, textures: { missing: 'they melted.' } }),
      job: { name: 'frost', severity: 1, first: 0, count: 1 },
      why: 'frost cannot be made: they melted.',
    }),
  });
});
