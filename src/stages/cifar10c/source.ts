import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type CorruptionName,
  cifar10cFile,
  corruptionNames,
  frostWheelDigest,
  isCorruptionName,
  labelsFile,
} from '../../data/index.ts';
import type { World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import type { Cifar10cConfig } from './config.ts';

/** The corruptions a configuration asks for: those it names, or all. */
export function corruptionsOf({ corruptions }: Pick<Cifar10cConfig, 'corruptions'>): readonly CorruptionName[] {
  return corruptions?.filter(isCorruptionName) ?? corruptionNames;
}

/** Names that are no corruption. */
export function checkCorruptions(config: JsonObject): readonly ConfigIssue[] {
  const { corruptions = [] } = config as unknown as Cifar10cConfig;
  return corruptions.flatMap((name, index) =>
    isCorruptionName(name)
      ? []
      : [
          {
            path: ['corruptions', String(index)],
            message: `"${name}" is not a corruption of CIFAR-10-C`,
            hint: `the corruptions are: ${corruptionNames.join(', ')}`,
          },
        ],
  );
}

/** The folder of official files: the configured one, or CIFAR10C_DIR; undefined where corruptions are to be generated. */
export function officialFolder(
  config: Pick<Cifar10cConfig, 'directory'>,
  world: Pick<World, 'environment' | 'directory'>,
) {
  const folder = config.directory ?? world.environment['CIFAR10C_DIR'];
  return folder === undefined || folder === '' ? undefined : resolve(world.directory, folder);
}

/** What the result depends on outside the store: the official files' digests, or whether frost's photographs are there. */
export function observeCorruptions(cacheDirectory: string) {
  return async (config: Cifar10cConfig, world: World): Promise<JsonObject> => {
    const folder = officialFolder(config, world);
    if (folder !== undefined) return { source: 'official', files: await digests(folder, config, world) };
    if (!corruptionsOf(config).includes('frost')) return { source: 'generated' };
    return { source: 'generated', frost: frostWheelDigest(cacheDirectory) ?? 'absent' };
  };
}

async function digests(folder: string, config: Cifar10cConfig, world: World): Promise<JsonObject> {
  const files = [...corruptionsOf(config).map(cifar10cFile), labelsFile];
  const missing = files.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) {
    throw new EnvironmentError(`${folder} lacks ${missing.join(', ')} of CIFAR-10-C`, {
      hint: 'unpack the whole of CIFAR-10-C.tar there, or unset the folder to have the corruptions generated',
    });
  }
  const entries = await Promise.all(files.map(async (file) => [file, await world.digest(join(folder, file))] as const));
  return Object.fromEntries(entries);
}
