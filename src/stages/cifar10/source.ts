import { basename, resolve } from 'node:path';
import {
  type Cifar10Folder,
  cifar10Archive,
  fetchCifar10,
  findCifar10,
  readCifar10,
  type SplitCounts,
  syntheticVersion,
} from '../../data/index.ts';
import type { Progress, Source, World } from '../../engine/definition.ts';
import { type Cifar10Config, officialTrainImages } from './config.ts';

/** The folder of the images: the configured one, or CIFAR10_DIR; undefined if neither is set. */
export function cifar10Folder(
  { directory }: Pick<Cifar10Config, 'directory'>,
  world: Pick<World, 'environment' | 'directory'>,
): Cifar10Folder | undefined {
  const chosen = directory ?? world.environment['CIFAR10_DIR'];
  return chosen === undefined || chosen === '' ? undefined : findCifar10(resolve(world.directory, chosen));
}

/** How many images are read of each split: all for training if the last of them are held out, and then none of the test images. */
export function countsToRead({ trainImages, testImages, heldOut }: Cifar10Config): SplitCounts {
  return heldOut === undefined ? { train: trainImages, test: testImages } : { train: officialTrainImages, test: 0 };
}

/** The source of the images: the files of a folder, synthetic ones, or the archive, which can be downloaded. */
export function sourceOf(config: Cifar10Config, world: World, cacheDirectory: string): Source {
  const folder = cifar10Folder(config, world);
  if (folder) return sourceOfFolder(folder, config, world);
  if (config.otherwise === 'synthetic') {
    return { facts: async () => ({ source: 'synthetic', version: syntheticVersion }) };
  }
  return {
    facts: async () => ({ source: 'archive', sha256: cifar10Archive.sha256 }),
    fetch: async (signal, report) => void (await fetchArchive(config, cacheDirectory, signal, report)),
  };
}

function sourceOfFolder(folder: Cifar10Folder, config: Cifar10Config, world: World): Source {
  return {
    async facts() {
      const files = [...folder.train, folder.test];
      const digests = files.map(async (file) => [basename(file), await world.digest(file)] as const);
      return { source: 'folder', format: folder.format, files: Object.fromEntries(await Promise.all(digests)) };
    },
    /** @throws EnvironmentError with the file and the record that is wrong. */
    async check() {
      const { train } = await readCifar10(folder, countsToRead(config));
      const images = train.labels.length;
      if (config.heldOut === undefined || config.heldOut < images) return [];
      const message = `${config.heldOut} images should be held out, but the folder has only ${images} training images`;
      return [{ path: ['heldOut'], message, hint: 'hold out fewer images, so that some are left to train on' }];
    },
  };
}

/** Downloads the official archive to the cache, once; returns the folder of its batches. */
export function fetchArchive(
  { archive }: Pick<Cifar10Config, 'archive'>,
  cacheDirectory: string,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<string> {
  return fetchCifar10(cacheDirectory, {
    signal,
    onProgress: (done, total) => report({ label: 'downloading cifar-10-binary.tar.gz', done, total, unit: 'bytes' }),
    ...(archive !== undefined && { archive: { ...cifar10Archive, url: archive } }),
  });
}
