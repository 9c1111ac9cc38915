import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { pythonWith } from '../../python/environment.ts';
import { cacheDirectory } from '../../src/compute/location.ts';
import { type CorruptionName, corruptionNames, severities } from '../../src/data/corruptions/catalogue.ts';
import { corrupt } from '../../src/data/corruptions/corrupt.ts';
import { fetchFrostWheel, readWheel } from '../../src/data/corruptions/frost-textures.ts';
import { findCifar10, imageBytes, readCifar10, syntheticDataset } from '../../src/data/index.ts';
import { imageA, imageB } from '../support/reference.ts';
import { referenceDraws } from '../support/reference-draws.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const run = promisify(execFile);
const { env: environment } = process;
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const counts = { train: 1, test: 8 };
const { CIFAR10_DIR: folder } = environment;
const { test: held } = folder ? await readCifar10(findCifar10(folder), counts) : syntheticDataset(0, counts);
const source = folder ? 'real images' : 'SYNTHETIC images, for CIFAR10_DIR is not set';
const images = [imageA(32), imageB(32), ...rowsOf(held.images)];

const wheel = await fetchFrostWheel({ cacheDirectory: cacheDirectory(environment), environment });
const textures = 'missing' in wheel ? wheel : await readWheel(wheel.path);

/** What the Python side says of itself. */
interface Answer {
  readonly done: readonly CorruptionName[];
  readonly leftOut: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
}

/** A release of OpenCV, and the corruptions that come out otherwise with it. */
interface Release {
  readonly name: string;
  readonly requirements: string;
  readonly others: readonly CorruptionName[];
}

const releases: readonly Release[] = [
  { name: 'OpenCV 4', requirements: 'opencv-4.txt', others: [] },
  // It no longer rounds the places that warpAffine samples to 1/32 of a pixel.
  { name: 'OpenCV 5', requirements: 'opencv-5.txt', others: ['elastic_transform'] },
];

const pythons = await Promise.all(
  releases.map(async (release) => ({
    release,
    python: await pythonWith(
      {
        name: release.name,
        folder: 'corruptions',
        requirements: file(release.requirements),
        gigabytes: 0.5,
      },
      environment,
    ),
  })),
);

describe.each(pythons)(`the libraries of CIFAR-10-C with $release.name, on ${source}`, ({ release, python }) => {
  const directory = temporaryDirectory();
  const path = (name: string) => join(directory, name);
  let answer: Promise<{ said: Answer; bytes: Buffer }> | undefined;

  const ask = (program: string) => {
    answer ??= (async () => {
      await writeFile(path('images'), Buffer.concat(images));
      const photographs = 'missing' in wheel ? [] : [wheel.path];
      const { stdout } = await run(program, [file('corruptions.py'), path('images'), path('results'), ...photographs]);
      const said = JSON.parse(stdout) as Answer;
      console.log(`${release.name}: ${JSON.stringify(said.versions)}`);
      return { said, bytes: await readFile(path('results')) };
    })();
    return answer;
  };

  test.for(corruptionNames)('%s gives the same bytes', async (name, context) => {
    const leaveOut = (reason: string) => {
      console.log(`${name} with ${release.name} is not compared: ${reason}`);
      context.skip(reason);
    };
    if ('missing' in python) return leaveOut(python.missing);
    const { said, bytes } = await ask(python.program);
    const place = said.done.indexOf(name);
    if (place < 0) return leaveOut(said.leftOut[name]!);
    const block = severities.length * images.length * imageBytes;
    const theirs = bytes.subarray(place * block, (place + 1) * block);
    const ours = severities.flatMap((severity) =>
      images.map((image, index) => corrupt(name, severity, image, referenceDraws(index + 1), textures)),
    );
    const differing = Buffer.concat(ours).reduce((count, byte, at) => count + (byte === theirs[at] ? 0 : 1), 0);
    if (release.others.includes(name)) {
      console.log(`${name} with ${release.name}: ${((100 * differing) / block).toFixed(1)} % of the bytes differ`);
      expect(differing).toBeGreaterThan(0);
    } else {
      expect(differing).toBe(0);
    }
  });
});

function rowsOf(pixels: Uint8Array): Uint8Array[] {
  return Array.from({ length: pixels.length / imageBytes }, (_, row) =>
    pixels.subarray(row * imageBytes, (row + 1) * imageBytes),
  );
}
