import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type CorruptionName,
  checkImages,
  checkLabels,
  cifar10cFile,
  corrupt,
  corruptionDraws,
  createNpy,
  type FrostTextures,
  frostTextures,
  imageBytes,
  imageSide,
  labelsFile,
  openNpy,
  type Severity,
  severityRows,
  writeNpy,
} from '../../data/index.ts';
import { StageError } from '../../problem/errors.ts';
import type { BuiltInProgram } from '../define.ts';
import type { CorruptedIndex } from '../files/corrupted-folder.ts';
import { corruptedIndexFile } from '../files/corrupted-folder.ts';
import { readSplit, type Split } from '../files/dataset-file.ts';
import type { Services } from '../services.ts';
import type { Cifar10cContext } from './config.ts';
import { corruptionsOf } from './corruptions.ts';
import { officialFolder } from './source.ts';

const imagesAtOnce = 250;

/** Returns the images of one corruption at one severity. @returns [count, 32, 32, 3]. */
type ImageSource = (name: CorruptionName, severity: Severity, first: number, count: number) => Promise<Uint8Array>;

/** Writes the corrupted test images in the layout of CIFAR-10-C. */
export function program(services: Services): BuiltInProgram<Cifar10cContext> {
  return {
    async run(context) {
      const { config, facts, signal } = context;
      const test = await readSplit(context.inputs['dataset'], 'test');
      const images = Math.min(config.images, test.labels.length);
      const severities = [...config.severities].sort() as Severity[];
      const wanted = corruptionsOf(config);
      const folder = officialFolder(config, services);
      const textures = await texturesFor(context, services);
      const notEvaluated: Record<string, string> = {};
      if (!folder && wanted.includes('frost') && 'missing' in textures) notEvaluated['frost'] = textures.missing;
      const names = wanted.filter((name) => !(name in notEvaluated));

      if (folder) await checkOfficialLabels(folder, test, severities);
      const source = folder ? official(folder) : generated(config.seed, test, textures);
      const output = context.outputs.corrupted;
      await mkdir(output, { recursive: true });
      const total = names.length * severities.length * images;
      let done = 0;
      for (const name of names) {
        const file = await createNpy(join(output, cifar10cFile(name)), {
          dtype: 'U8',
          shape: [severities.length * images, imageSide, imageSide, 3],
        });
        for (const [index, severity] of severities.entries()) {
          for (let first = 0; first < images; first += imagesAtOnce) {
            await setImmediate();
            signal.throwIfAborted();
            const count = Math.min(imagesAtOnce, images - first);
            await file.writeRows(index * images + first, await source(name, severity, first, count));
            done += count;
            context.report({ label: `${name} ${severity}`, done, total, unit: 'images' });
          }
        }
        await file.finish();
      }
      const labels = Uint8Array.from(
        { length: severities.length * images },
        (_, row) => test.labels[row % images] ?? 0,
      );
      await writeNpy(join(output, labelsFile), { shape: [labels.length], values: labels });
      const origin = folder ? 'CIFAR-10-C, official files' : `corruptions generated from ${test.source}`;
      const index: CorruptedIndex = { source: origin, images, severities, corruptions: names, notEvaluated };
      await writeFile(join(output, corruptedIndexFile), `${JSON.stringify(index, null, 1)}\n`);
      for (const [name, reason] of Object.entries(notEvaluated)) context.warn(`${name} is not evaluated: ${reason}`);
      return { metrics: { source: facts['source'] ?? origin, corruptions: names.length, images, severities } };
    },
  };
}

/** The photographs that frost needs, if they were available when the key was computed. */
async function texturesFor({ facts, signal }: Cifar10cContext, services: Services): Promise<FrostTextures> {
  if (facts['frost'] === undefined) return { missing: 'it was not requested.' };
  if (facts['frost'] === 'absent') return { missing: 'its texture images could not be downloaded.' };
  return frostTextures({ cacheDirectory: services.cacheDirectory, environment: services.environment, signal });
}

function generated(seed: number, { images }: Split, textures: FrostTextures): ImageSource {
  return async (name, severity, first, count) => {
    const draws = corruptionDraws(seed, name, severity);
    const rows = new Uint8Array(count * imageBytes);
    for (let row = 0; row < count; row += 1) {
      const at = (first + row) * imageBytes;
      const image = images.subarray(at, at + imageBytes);
      rows.set(corrupt(name, severity, image, draws(first + row), textures), row * imageBytes);
    }
    return rows;
  };
}

function official(folder: string): ImageSource {
  return async (name, severity, first, count) => {
    const path = join(folder, cifar10cFile(name));
    const file = await openNpy(path);
    try {
      checkImages(path, file);
      return await file.read('U8', { first: severityRows(severity).first + first, count });
    } finally {
      await file.close();
    }
  };
}

/** Checks that the official files contain the same images in the same order as the dataset's test images. */
async function checkOfficialLabels(folder: string, { labels }: Split, severities: readonly Severity[]): Promise<void> {
  const path = join(folder, labelsFile);
  const file = await openNpy(path);
  try {
    checkLabels(path, file);
    for (const severity of severities) {
      const official = await file.read('U8', severityRows(severity));
      const differing = labels.findIndex((label, image) => label !== official[image]);
      if (differing < 0) continue;
      throw new StageError(
        `image ${differing} of the test images is of class ${labels[differing]}, but ${path} has ${official[differing]}`,
        { hint: 'the official corrupted images belong to the official CIFAR-10 test images, in the same order' },
      );
    }
  } finally {
    await file.close();
  }
}
