import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import { parseBinary } from './binary-format.ts';
import { type Cifar10, imageBytes, type LabelledImages } from './dataset.ts';
import { parsePython } from './python-format.ts';

const trainBatches = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}`);
const testBatch = 'test_batch';

/** A folder that holds CIFAR-10, in one of its formats. */
export interface Cifar10Folder {
  readonly format: 'binary' | 'python';
  /** Absolute paths, in the order of the images. */
  readonly train: readonly string[];
  readonly test: string;
}

/**
 * Finds CIFAR-10 in a folder, or in `cifar-10-batches-bin` or `cifar-10-batches-py` inside it. A smaller set may lack later train batches.
 * @throws EnvironmentError naming what is missing.
 */
export function findCifar10(directory: string): Cifar10Folder {
  if (!existsSync(directory)) {
    throw new EnvironmentError(`There is no folder ${directory} with CIFAR-10.`, {
      hint: 'set with.directory, or the environment variable CIFAR10_DIR, to the folder that holds test_batch.bin',
    });
  }
  const places = [directory, join(directory, 'cifar-10-batches-bin'), join(directory, 'cifar-10-batches-py')];
  for (const place of places) {
    for (const format of ['binary', 'python'] as const) {
      const path = (batch: string) => join(place, format === 'binary' ? `${batch}.bin` : batch);
      const train = trainBatches.map(path).filter((_, index, all) => all.slice(0, index + 1).every(existsSync));
      if (train.length > 0 && existsSync(path(testBatch))) return { format, train, test: path(testBatch) };
    }
  }
  throw new EnvironmentError(`${directory} holds no CIFAR-10: there is no data_batch_1 with a test_batch beside it.`, {
    hint: 'the binary format has data_batch_1.bin to data_batch_5.bin and test_batch.bin, the Python format the same without .bin',
  });
}

/** Reads the first so many images of a folder. @throws EnvironmentError naming the file and the record that is wrong. */
export async function readCifar10(
  folder: Cifar10Folder,
  counts: { readonly train: number; readonly test: number },
): Promise<Cifar10> {
  return {
    train: await readBatches(folder.format, folder.train, counts.train),
    test: await readBatches(folder.format, [folder.test], counts.test),
  };
}

async function readBatches(
  format: Cifar10Folder['format'],
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
  }
  return { images: images.subarray(0, have * imageBytes), labels: labels.subarray(0, have) };
}
