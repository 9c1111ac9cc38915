import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  checkImages,
  checkLabels,
  cifar10cFile,
  classes,
  fetchFrostWheel,
  frostWheelDigest,
  labelsFile,
  openNpy,
} from '../../data/index.ts';
import type { Source, World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import { EnvironmentError, StageError } from '../../problem/errors.ts';
import type { ConfigIssue } from '../../schema/kind.ts';
import { issueOf } from '../files/issue-of.ts';
import type { Cifar10cConfig } from './config.ts';
import { corruptionsOf } from './corruptions.ts';

/** The folder of official files: the configured one, or CIFAR10C_DIR; undefined if corruptions are to be generated. */
export function officialFolder(
  config: Pick<Cifar10cConfig, 'directory'>,
  world: Pick<World, 'environment' | 'directory'>,
) {
  const folder = config.directory ?? world.environment['CIFAR10C_DIR'];
  return folder === undefined || folder === '' ? undefined : resolve(world.directory, folder);
}

/** The source of corrupted images: the official files of a folder, or generated ones, for which frost needs photographs. */
export function sourceOf(config: Cifar10cConfig, world: World, cacheDirectory: string): Source {
  const folder = officialFolder(config, world);
  if (folder !== undefined) {
    return {
      facts: async () => ({ source: 'official', files: await digests(folder, config, world) }),
      check: () => checkOfficial(folder, config),
    };
  }
  if (!corruptionsOf(config).includes('frost')) return { facts: async () => ({ source: 'generated' }) };
  const { environment } = world;
  return {
    facts: async () => ({ source: 'generated', frost: frostWheelDigest(cacheDirectory) ?? 'absent' }),
    fetch: async (signal) => void (await fetchFrostWheel({ cacheDirectory, environment, signal })),
  };
}

/** Compares the official files with what was released. */
async function checkOfficial(folder: string, config: Cifar10cConfig): Promise<readonly ConfigIssue[]> {
  const path = config.directory === undefined ? [] : ['directory'];
  const checks = corruptionsOf(config).map((name) => () => checkImagesFile(join(folder, cifar10cFile(name))));
  const issues = [...checks, () => checkLabelsFile(join(folder, labelsFile))].map((check) => issueOf(path, check));
  return (await Promise.all(issues)).flat();
}

async function checkImagesFile(path: string): Promise<void> {
  const file = await openNpy(path);
  try {
    checkImages(path, file);
  } finally {
    await file.close();
  }
}

async function checkLabelsFile(path: string): Promise<void> {
  const file = await openNpy(path);
  try {
    checkLabels(path, file);
    const labels = await file.read('U8');
    const row = labels.findIndex((label) => label >= classes);
    if (row < 0) return;
    throw new StageError(
      `${path} has the class ${labels[row]} in row ${row}, but CIFAR-10 has the classes 0 to ${classes - 1}`,
      {
        hint: 'CIFAR-100-C has the same layout but other classes: use the folder of CIFAR-10-C',
      },
    );
  } finally {
    await file.close();
  }
}

async function digests(folder: string, config: Cifar10cConfig, world: World): Promise<JsonObject> {
  const files = [...corruptionsOf(config).map(cifar10cFile), labelsFile];
  const missing = files.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) {
    throw new EnvironmentError(`${folder} lacks ${missing.join(', ')} of CIFAR-10-C`, {
      hint: 'unpack all of CIFAR-10-C.tar there, or unset the folder to generate the corruptions',
    });
  }
  const entries = await Promise.all(files.map(async (file) => [file, await world.digest(join(folder, file))] as const));
  return Object.fromEntries(entries);
}
