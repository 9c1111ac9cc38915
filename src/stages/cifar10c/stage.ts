import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CorruptionJob,
  type CorruptionName,
  checkImages,
  checkLabels,
  cifar10cFile,
  createNpy,
  type FrostTextures,
  frostTextures,
  imageSide,
  labelsFile,
  type NpyWriter,
  openCorruptions,
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

/** Threads by default, which keeps their memory below 1 GB on machines with many cores. */
const mostThreads = 16;

/** Corrupted images, in batches. */
interface ImageSource {
  /** Returns the images of each batch, [count, 32, 32, 3], in the order of the jobs; valid until the next is requested. */
  batches(jobs: readonly CorruptionJob[]): AsyncGenerator<{ readonly job: CorruptionJob; readonly images: Uint8Array }>;
  close(): Promise<void>;
}

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
      const output = context.outputs.corrupted;
      await mkdir(output, { recursive: true });
      const jobs = jobsOf(names, severities, images);
      const total = names.length * severities.length * images;
      const threads = Math.min(config.workers ?? Math.min(services.threads, mostThreads), jobs.length);
      const source = folder ? official(folder) : generated(context, test, textures, threads);
      try {
        await writeFiles(output, { images, severities }, source.batches(jobs), ({ name, severity }, done) => {
          signal.throwIfAborted();
          context.report({ label: `${name} ${severity}`, done, total, unit: 'images' });
        });
      } finally {
        await source.close();
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

/** Batches of all images with each corruption at each severity. */
function jobsOf(names: readonly CorruptionName[], severities: readonly Severity[], images: number): CorruptionJob[] {
  const firsts = Array.from({ length: Math.ceil(images / imagesAtOnce) }, (_, batch) => batch * imagesAtOnce);
  return names.flatMap((name) =>
    severities.flatMap((severity) =>
      firsts.map((first) => ({ name, severity, first, count: Math.min(imagesAtOnce, images - first) })),
    ),
  );
}

/** Writes batches to one file per corruption. @param onBatch called after each, with the number of images that are written. */
async function writeFiles(
  folder: string,
  { images, severities }: Pick<CorruptedIndex, 'images' | 'severities'>,
  batches: ReturnType<ImageSource['batches']>,
  onBatch: (job: CorruptionJob, done: number) => void,
): Promise<void> {
  const files = new Map<CorruptionName, NpyWriter>();
  const shape = [severities.length * images, imageSide, imageSide, 3];
  let done = 0;
  try {
    for await (const { job, images: rows } of batches) {
      const { name, severity, first, count } = job;
      const file = files.get(name) ?? (await createNpy(join(folder, cifar10cFile(name)), { dtype: 'U8', shape }));
      files.set(name, file);
      await file.writeRows(severities.indexOf(severity) * images + first, rows);
      done += count;
      onBatch(job, done);
    }
  } catch (error) {
    await Promise.all([...files.values()].map((file) => file.abandon()));
    throw error;
  }
  for (const file of files.values()) await file.finish();
}

/** The photographs that frost needs, if they were available when the key was computed. */
async function texturesFor({ facts, signal }: Cifar10cContext, services: Services): Promise<FrostTextures> {
  if (facts['frost'] === undefined) return { missing: 'it was not requested.' };
  if (facts['frost'] === 'absent') return { missing: 'its texture images could not be downloaded.' };
  return frostTextures({ cacheDirectory: services.cacheDirectory, environment: services.environment, signal });
}

function generated(
  { config, signal }: Cifar10cContext,
  { images }: Split,
  textures: FrostTextures,
  threads: number,
): ImageSource {
  return openCorruptions({ images, seed: config.seed, textures, batchSize: imagesAtOnce, threads, signal });
}

function official(folder: string): ImageSource {
  return {
    async *batches(jobs) {
      for (const job of jobs) {
        const path = join(folder, cifar10cFile(job.name));
        const file = await openNpy(path);
        try {
          checkImages(path, file);
          const first = severityRows(job.severity).first + job.first;
          yield { job, images: await file.read('U8', { first, count: job.count }) };
        } finally {
          await file.close();
        }
      }
    },
    close: async () => undefined,
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
