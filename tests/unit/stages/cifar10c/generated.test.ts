import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openJavaScript } from '../../../../src/compute/javascript.ts';
import { sha256 } from '../../../../src/disk/sha256.ts';
import { cifar10c } from '../../../../src/stages/cifar10c/kind.ts';
import { writeDataset } from '../../../../src/stages/files/dataset-file.ts';
import { lcg } from '../../../support/reference.ts';
import { runStage } from '../../../support/stage-run.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const directory = temporaryDirectory();
const dataset = join(directory, 'dataset.safetensors');
// More than one batch, and the second is smaller.
const count = 260;
const noise = lcg(1);
const split = {
  images: Uint8Array.from({ length: count * 32 * 32 * 3 }, () => 256 * noise.uniform()),
  labels: Uint8Array.from({ length: count }, (_, image) => image % 10),
};

beforeAll(() => writeDataset(dataset, { train: split, test: split }, 'noise'));

async function corrupted(threads: number, more: object = {}) {
  const kind = cifar10c({
    environment: {},
    directory,
    backend: openJavaScript,
    cacheDirectory: directory,
    threads,
    viewWorkers: 0,
    now: () => 0,
  });
  const corruptions = ['brightness', 'gaussian_noise', 'contrast'];
  const config = { corruptions, severities: [5, 1], images: count, seed: 3, ...more };
  const { outputs, progress } = await runStage(kind, directory, config, { dataset });
  const folder = outputs['corrupted']!;
  const files = readdirSync(folder).map((name) => [name, sha256(readFileSync(join(folder, name)))] as const);
  return { files, labels: progress.map(({ label }) => label), done: progress.map(({ done }) => done) };
}

test('the same files and progress come from any number of threads, of the machine or of the setting', async () => {
  const inline = await corrupted(1, { workers: 0 });
  expect(inline.files.map(([name]) => name)).toEqual([
    'brightness.npy',
    'contrast.npy',
    'gaussian_noise.npy',
    'index.json',
    'labels.npy',
  ]);
  expect(inline.labels.filter((_, batch) => batch % 2 === 0)).toEqual([
    'brightness 1',
    'brightness 5',
    'gaussian_noise 1',
    'gaussian_noise 5',
    'contrast 1',
    'contrast 5',
  ]);
  expect(inline.done.at(-1)).toBe(6 * count);
  expect(await corrupted(3)).toEqual(inline);
  expect(await corrupted(1, { workers: 2 })).toEqual(inline);
});
