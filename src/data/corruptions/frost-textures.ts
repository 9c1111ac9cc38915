import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Environment, wheelDirectory } from '../../compute/location.ts';
import { cacheError } from '../../compute/setup/cache-error.ts';
import { obtainWheel } from '../../compute/setup/obtain.ts';
import { pinned, type WheelChoice } from '../../compute/setup/wheels.ts';
import { EnvironmentError } from '../../problem/errors.ts';

/** A photograph of frost, scaled for images of 32x32: bytes [height, width, 3]. */
export interface FrostTexture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** The textures in the order in which frost draws from them, or the reason why there are none: a sentence. */
export type FrostTextures = readonly FrostTexture[] | { readonly missing: string };

/** How the textures are downloaded. */
export interface FrostOptions {
  /** The folder for downloads that many checkouts share. */
  readonly cacheDirectory: string;
  readonly environment: Environment;
  /** Called with the number of bytes of the wheel that are present. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** imagecorruptions (Michaelis et al. 2019, Apache-2.0) contains the photographs of the original code. */
export const frostWheel: WheelChoice = {
  project: 'imagecorruptions',
  version: '1.1.2',
  machine: 'any',
  members: /^imagecorruptions\/frost\/frost[1-5]\.(png|jpg)$/,
};

/** The original names a sixth photograph, but never draws it; the second and the third are the same. */
const count = 5;

/** The photographs of frost, downloaded once (2 MB, checked by its sha256) and scaled to a fifth. */
export async function frostTextures(options: FrostOptions): Promise<FrostTextures> {
  const found = await fetchFrostWheel(options);
  return 'missing' in found ? found : readWheel(found.path);
}

/** Downloads the photographs, if they are missing. @returns the path of their wheel, or the reason why there is none: a sentence. */
export async function fetchFrostWheel(
  options: FrostOptions,
): Promise<{ readonly path: string } | { readonly missing: string }> {
  const { cacheDirectory, environment, onBytes = () => undefined, signal } = options;
  try {
    const directory = join(cacheDirectory, wheelDirectory);
    return { path: await obtainWheel(pinned(frostWheel), directory, { environment, onBytes, signal }) };
  } catch (error) {
    signal?.throwIfAborted();
    const problem = cacheError(cacheDirectory, error);
    if (!(problem instanceof EnvironmentError)) throw error;
    return { missing: `its texture images are not available: ${problem.message}` };
  }
}

/** The sha256 of the photographs' wheel if it was downloaded; otherwise undefined. */
export function frostWheelDigest(cacheDirectory: string): string | undefined {
  const { file, sha256 } = pinned(frostWheel);
  return existsSync(join(cacheDirectory, wheelDirectory, file)) ? sha256 : undefined;
}

/** Reads the textures from a wheel, frost1 first. */
export async function readWheel(path: string): Promise<readonly FrostTexture[]> {
  const textures = new Map<string, FrostTexture>();
  // Loaded on demand: everything that reads a pipeline loads this file.
  const { default: yauzl } = await import('yauzl');
  const archive = await yauzl.openPromise(path, { strictFileNames: true, autoClose: false });
  try {
    for await (const entry of archive.eachEntry()) {
      if (!frostWheel.members.test(entry.fileName)) continue;
      const bytes = await buffer(await archive.openReadStreamPromise(entry));
      textures.set(entry.fileName, aFifth(await (entry.fileName.endsWith('png') ? readPng(bytes) : readJpeg(bytes))));
    }
  } finally {
    archive.close();
  }
  if (textures.size !== count)
    throw new EnvironmentError(`${path} contains ${textures.size} of ${count} photographs of frost.`);
  return [...textures].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, texture]) => texture);
}

interface Photograph {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

async function readPng(bytes: Uint8Array): Promise<Photograph> {
  const { decode } = await import('fast-png');
  return decode(bytes);
}

/** Decodes a JPEG with libjpeg itself (MozJPEG, compiled to WebAssembly): to the same bytes as OpenCV and Pillow. */
async function readJpeg(bytes: Uint8Array): Promise<Photograph> {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  const binary = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  await init({ wasmBinary: await readFile(binary) });
  const { width, height, data } = await decode(Uint8Array.from(bytes).buffer);
  return { width, height, data, channels: 4 };
}

/** The middle pixel of every 5x5: bilinear scaling by 0.2 reads exactly these, because its sampling points are at pixel centres. */
function aFifth({ width, height, channels, data }: Photograph): FrostTexture {
  const small = { width: Math.round(width / 5), height: Math.round(height / 5) };
  const rgb = new Uint8Array(small.width * small.height * 3);
  for (let i = 0; i < rgb.length; i++) {
    const pixel = Math.floor(i / 3);
    const row = 5 * Math.floor(pixel / small.width) + 2;
    const column = 5 * (pixel % small.width) + 2;
    rgb[i] = data[(row * width + column) * channels + (i % 3)]!;
  }
  return { ...small, rgb };
}
