import { basename, dirname } from 'node:path';
import {
  type Cifar10,
  findCifar10,
  holdOut,
  readCifar10,
  type SplitCounts,
  syntheticDataset,
} from '../../data/index.ts';
import { syntheticImages } from '../../evaluation/metrics.ts';
import type { BuiltInProgram } from '../define.ts';
import { writeDataset } from '../files/dataset-file.ts';
import type { Services } from '../services.ts';
import type { Cifar10Context } from './config.ts';
import { cifar10Folder, countsToRead, fetchArchive } from './source.ts';

/** The seed of the images themselves: their appearance is not part of an experiment. */
const syntheticSeed = 0;

/** Writes the images as one artifact, with their source. */
export function program(services: Services): BuiltInProgram<Cifar10Context> {
  return {
    async run(context) {
      const { dataset, source } = await load(context, services);
      await writeDataset(context.outputs['dataset'], dataset, source);
      return { metrics: { source, trainImages: dataset.train.labels.length, testImages: dataset.test.labels.length } };
    },
  };
}

async function load(context: Cifar10Context, services: Services): Promise<{ dataset: Cifar10; source: string }> {
  const { heldOut, trainImages: train, testImages: test } = context.config;
  const { dataset, source } = await read(context, services, countsToRead(context.config));
  if (heldOut === undefined) return { dataset, source };
  return {
    dataset: holdOut(dataset.train, heldOut, { train, test }),
    source: `${source}; the last ${heldOut} training images in the place of the test images`,
  };
}

async function read(
  { config, report, signal }: Cifar10Context,
  services: Services,
  counts: SplitCounts,
): Promise<{ dataset: Cifar10; source: string }> {
  const folder = cifar10Folder(config, services);
  if (folder) {
    const name = basename(dirname(folder.test));
    return { dataset: await readCifar10(folder, counts), source: `CIFAR-10, ${folder.format} files of ${name}` };
  }
  if (config.otherwise === 'synthetic') {
    return { dataset: syntheticDataset(syntheticSeed, counts), source: syntheticImages };
  }
  const directory = await fetchArchive(config, services.cacheDirectory, signal, report);
  return { dataset: await readCifar10(findCifar10(directory), counts), source: 'CIFAR-10, official archive' };
}
