import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import { parseBinary } from './binary-format.ts';
import { type Cifar10, imageBytes, type LabelledImages, type SplitCounts } from './dataset.ts';
import { parsePython } from './python-format.ts';

const trainBatches = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}`);
const testBatch = 'test_batch';
/** Images in each batch of the full set. */
const officialBatchImages = 10_000;

/** A folder with CIFAR-10, in one of its formats. */
export interface Cifar10Folder {
  readonly format: 'binary' | 'python';
  /** Absolute paths, in the order of the images. */
  readonly train: readonly string[];
  readonly test: string;
}

/** Part of the hint for every folder that is not one. */
const layout =
  'The binary format is data_batch_1.bin to data_batch_5.bin and test_batch.bin; the Python format is the same without .bin.';

/**
 * Finds CIFAR-10 in a folder, or in `cifar-10-batches-bin` or `cifar-10-batches-py` inside it. A smaller set may lack the last train
 * batches.
 * @throws EnvironmentError with what is missing.
 */
export function findCifar10(directory: string): Cifar10Folder {
  if (!existsSync(directory)) {
    throw new EnvironmentError(`There is no folder ${directory} with CIFAR-10.`, { hint: layout });
  }
  const places = [directory, join(directory, 'cifar-10-batches-bin'), join(directory, 'cifar-10-batches-py')];
  for (const place of places) {
    for (const format of ['binary', 'python'] as const) {
      const path = (batch: string) => join(place, format === 'binary' ? `${batch}.bin` : batch);
      const test = path(testBatch);
      const present = trainBatches.filter((batch) => existsSync(path(batch)));
      if (present.length === 0 && !existsSync(test)) continue;
      const needed = trainBatches.slice(0, Math.max(1, trainBatches.indexOf(present.at(-1) ?? '') + 1)).map(path);
      const missing = [...needed, test].find((file) => !existsSync(file));
      if (missing) throw new EnvironmentError(`${missing} is missing from CIFAR-10.`, { hint: layout });
      return { format, train: needed, test };
    }
  }
  throw new EnvironmentError(`${directory} does not contain CIFAR-10.`, { hint: layout });
}

/**
 * Reads images of a folder, from the first; fewer if it contains a smaller set.
 * @throws EnvironmentError with the file and the record that is wrong, or the file that is missing from the full set.
 */
export async function readCifar10(folder: Cifar10Folder, counts: SplitCounts): Promise<Cifar10> {
  return {
    train: await readBatches(folder, folder.train, counts.train),
    test: await readBatches(folder, [folder.test], counts.test),
  };
}

async function readBatches(
  { format, train }: Cifar10Folder,
  files: readonly string[],
  count: number,
): Promise<LabelledImages> {
  const parse = format === 'binary' ? parseBinary : parsePython;
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let have = 0;
  for (const file of files) {
    if (have === count) break;
    const batch = parse(file, await readFile(file));
    const taken = Math.min(count - have, batch.labels.length);
    images.set(batch.images.subarray(0, taken * imageBytes), have * imageBytes);
    labels.set(batch.labels.subarray(0, taken), have);
    have += taken;
    const isFullSet = batch.labels.length === officialBatchImages;
    if (file === train.at(-1) && isFullSet && have < count && train.length < trainBatches.length) {
      const next = basename(file).replace(trainBatches[train.length - 1]!, trainBatches[train.length]!);
      const missing = join(dirname(file), next);
      throw new EnvironmentError(`${missing} is missing from CIFAR-10.`, { hint: layout });
    }
  }
  return { images: images.subarray(0, have * imageBytes), labels: labels.subarray(0, have) };
}
