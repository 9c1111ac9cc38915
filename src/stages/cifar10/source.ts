import { basename, resolve } from 'node:path';
import { type Cifar10Folder, cifar10Archive, findCifar10, syntheticVersion } from '../../data/index.ts';
import type { World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
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
