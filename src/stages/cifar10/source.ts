import { basename, resolve } from 'node:path';
import {
  type Cifar10Folder,
  cifar10Archive,
  fetchCifar10,
  findCifar10,
  readCifar10,
  syntheticVersion,
} from '../../data/index.ts';
import type { Progress, World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import type { Cifar10Config } from './config.ts';

/** The folder images are read from: the configured one, or CIFAR10_DIR; undefined where neither is given. */
export function cifar10Folder(
  { directory }: Pick<Cifar10Config, 'directory'>,
  world: Pick<World, 'environment' | 'directory'>,
): Cifar10Folder | undefined {
  const chosen = directory ?? world.environment['CIFAR10_DIR'];
  return chosen === undefined || chosen === '' ? undefined : findCifar10(resolve(world.directory, chosen));
}

/** What the result depends on outside the store: the files' digests, the archive's, or how synthetic images are drawn. */
export async function observeSource(config: Cifar10Config, world: World): Promise<JsonObject> {
  const folder = cifar10Folder(config, world);
  if (folder) {
    const files = [...folder.train, folder.test];
    const digests = await Promise.all(files.map(async (file) => [basename(file), await world.digest(file)] as const));
    return { source: 'folder', format: folder.format, files: Object.fromEntries(digests) };
  }
  if (config.otherwise === 'synthetic') return { source: 'synthetic', version: syntheticVersion };
  return { source: 'archive', sha256: cifar10Archive.sha256 };
}

/** Reads the images of a folder, where one is given. @throws EnvironmentError naming the file and the record that is wrong. */
export async function examineFolder(config: Cifar10Config, world: World): Promise<readonly ConfigIssue[]> {
  const folder = cifar10Folder(config, world);
  if (folder) await readCifar10(folder, { train: config.trainImages, test: config.testImages });
  return [];
}

/** Fetches the official archive into the cache, once; returns the folder of its batches. */
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
