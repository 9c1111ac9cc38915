import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Environment, wheelDirectory } from '../../compute/location.ts';
import { cacheError } from '../../compute/setup/cache-error.ts';
import { obtainWheel } from '../../compute/setup/obtain.ts';
import type { Wheel } from '../../compute/setup/wheels.ts';
import { EnvironmentError } from '../../problem/errors.ts';

/** A photograph of frost, scaled for images of 32x32: bytes [height, width, 3]. */
export interface FrostTexture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** The textures in the order frost draws from, or why there are none: a sentence. */
export type FrostTextures = readonly FrostTexture[] | { readonly missing: string };

/** How the textures are brought here. */
export interface FrostOptions {
  /** Where downloads that many checkouts share are kept. */
  readonly cacheDirectory: string;
  readonly environment: Environment;
  /** Hears how many of the wheel's bytes are there. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** imagecorruptions (Michaelis et al. 2019, Apache-2.0) carries the photographs of the original code. */
const wheel: Wheel = {
  project: 'imagecorruptions',
  version: '1.1.2',
  file: 'imagecorruptions-1.1.2-py3-none-any.whl',
  sha256: 'd0e4bf529ba6fbb27d8aba1bde7c5db43bf2b969b2c767c11419e939e3e365b8',
  bytes: 2094054,
  members: /^imagecorruptions\/frost\/frost[1-5]\.(png|jpg)$/,
  unpackedBytes: 1989818,
};

/** The original names a sixth photograph, but never draws it; the second and the third are one. */
const count = 5;

/**
 * The photographs of frost, downloaded once (2 MB, checked by its sha256) and scaled to a fifth.
 * The two JPEGs are decoded to within a few levels of libjpeg, which smooths colour when it enlarges it.
 */
export async function frostTextures(options: FrostOptions): Promise<FrostTextures> {
  const { cacheDirectory, environment, onBytes, signal } = options;
  try {
    const directory = join(cacheDirectory, wheelDirectory);
    return await readWheel(
      await obtainWheel(wheel, directory, { environment, onBytes: onBytes ?? (() => undefined), signal }),
    );
  } catch (error) {
    signal?.throwIfAborted();
    const problem = cacheError(cacheDirectory, error);
    if (!(problem instanceof EnvironmentError)) throw error;
    return { missing: `its texture images could not be had: ${problem.message}` };
  }
}

/** The sha256 of the photographs' wheel where it has been downloaded; undefined where it has not. */
export function frostWheelDigest(cacheDirectory: string): string | undefined {
  return existsSync(join(cacheDirectory, wheelDirectory, wheel.file)) ? wheel.sha256 : undefined;
}

/** Reads the textures of a wheel, frost1 first. */
export async function readWheel(path: string): Promise<readonly FrostTexture[]> {
  const textures = new Map<string, FrostTexture>();
  // Loaded here, where there is a wheel to read: everything that reads a pipeline comes by this file.
  const { default: yauzl } = await import('yauzl');
  const archive = await yauzl.openPromise(path, { strictFileNames: true, autoClose: false });
  try {
    for await (const entry of archive.eachEntry()) {
      if (!wheel.members.test(entry.fileName)) continue;
      const bytes = await buffer(await archive.openReadStreamPromise(entry));
      textures.set(entry.fileName, aFifth(await (entry.fileName.endsWith('png') ? readPng(bytes) : readJpeg(bytes))));
    }
  } finally {
    archive.close();
  }
  if (textures.size !== count)
    throw new EnvironmentError(`${path} holds ${textures.size} of ${count} photographs of frost.`);
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

async function readJpeg(bytes: Uint8Array): Promise<Photograph> {
  const { default: jpeg } = await import('jpeg-js');
  return { ...jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false }), channels: 3 };
}

/** The middle pixel of every 5x5: what bilinear scaling by 0.2 reads, its sampling points falling right onto pixels. */
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
