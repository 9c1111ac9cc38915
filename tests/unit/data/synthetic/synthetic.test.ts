import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { syntheticDataset, syntheticVersion } from '../../../../src/data/synthetic/dataset.ts';

const imageBytes = 32 * 32 * 3;
const data = syntheticDataset(0, { train: 400, test: 200 });

/** Hue of an image's most vivid pixel, in sixths of a turn: all that a glance at the colours gives. */
function vividHue(image: Uint8Array): number {
  let best = 0;
  let hue = 0;
  for (let i = 0; i < image.length; i += 3) {
    const [r, g, b] = [image[i]!, image[i + 1]!, image[i + 2]!];
    const high = Math.max(r, g, b);
    const range = high - Math.min(r, g, b);
    if (range <= best) continue;
    best = range;
    if (high === r) hue = (6 + (g - b) / range) % 6;
    else hue = high === g ? 2 + (b - r) / range : 4 + (r - g) / range;
  }
  return hue;
}

describe('synthetic images', () => {
  test('are in the format of CIFAR-10, classes in equal numbers', () => {
    expect(data.train.images.length).toBe(400 * imageBytes);
    for (const { labels } of [data.train, data.test]) {
      const counts = new Array<number>(10).fill(0);
      for (const label of labels) counts[label]!++;
      expect(new Set(counts)).toEqual(new Set([labels.length / 10]));
    }
  });

  test('are a pure function of seed, split and index', () => {
    expect(syntheticDataset(0, { train: 20, test: 0 }).train.images).toEqual(
      data.train.images.slice(0, 20 * imageBytes),
    );
    const other = syntheticDataset(1, { train: 20, test: 0 });
    expect(other.train.images).not.toEqual(data.train.images.slice(0, 20 * imageBytes));
    expect(data.test.images.slice(0, imageBytes)).not.toEqual(data.train.images.slice(0, imageBytes));
  });

  test('keep their bytes as long as their version stays', () => {
    const digest = createHash('sha256').update(data.train.images).update(data.test.images).digest('hex');
    expect({ syntheticVersion, digest: digest.slice(0, 16) }).toMatchInlineSnapshot(`
      {
        "digest": "5d1e81d374a9e74f",
        "syntheticVersion": 2,
      }
    `);
  });

  test('give their class away by colour in part, but only in part', () => {
    const right = [...data.test.labels].filter((label, index) => {
      const image = data.test.images.subarray(index * imageBytes, (index + 1) * imageBytes);
      return Math.floor(((vividHue(image) / 6) * 10 + 0.5) % 10) === label;
    }).length;
    expect(right / data.test.labels.length).toBeGreaterThan(0.13);
    expect(right / data.test.labels.length).toBeLessThan(0.5);
  });
});
