import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { download } from '../../download/download.ts';
import { diskError } from '../../download/failure.ts';
import { damagedFile } from '../files/input-file.ts';

/** The official archive in the binary format. */
export const cifar10Archive = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  bytes: 170_052_171,
} as const;

const folder = 'cifar-10-batches-bin';

/** How the archive is downloaded. */
export interface FetchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number, total: number) => void;
  /** Another archive of the same layout, for tests. */
  readonly archive?: { readonly url: string; readonly sha256: string; readonly bytes: number };
}

/**
 * Downloads the official archive to the cache, once, and unpacks it; returns the folder of its batches.
 * @throws EnvironmentError if it is not available, or its sha256 is wrong.
 */
export async function fetchCifar10(cacheDirectory: string, options: FetchOptions = {}): Promise<string> {
  const { url, sha256, bytes } = options.archive ?? cifar10Archive;
  const unpacked = join(cacheDirectory, folder);
  if (existsSync(unpacked)) return unpacked;
  const file = join(cacheDirectory, basename(new URL(url).pathname));
  await download({
    urls: [url],
    sha256,
    bytes,
    to: file,
    ...(options.signal && { signal: options.signal }),
    onProgress: (done) => options.onProgress?.(done, bytes),
  });
  const draft = await mkdtemp(`${unpacked}.`);
  try {
    await unpack(file, draft);
    await publish(draft, unpacked);
  } catch (error) {
    throw diskError(unpacked, error) ?? error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await rm(file, { force: true });
  return unpacked;
}

/** Writes the batches of an archive to a folder; only files of the known folder are unpacked. */
async function unpack(archive: string, target: string): Promise<void> {
  // Loaded on demand: everything that reads a pipeline loads this file.
  const { default: tar } = await import('tar-stream');
  const entries = tar.extract();
  const unpacking = pipeline(createReadStream(archive), createGunzip(), entries);
  let files = 0;
  for await (const entry of entries) {
    const { name, type } = entry.header;
    if (type === 'file' && name === `${folder}/${basename(name)}`) {
      await pipeline(entry, createWriteStream(join(target, basename(name))));
      files++;
    } else {
      entry.resume();
    }
  }
  await unpacking;
  if (files === 0) throw damagedFile(archive, `contains no ${folder}`);
}

/** Gives the folder its name; if another process was first, its folder stays. */
async function publish(draft: string, unpacked: string): Promise<void> {
  try {
    await rename(draft, unpacked);
  } catch (error) {
    if (!existsSync(unpacked)) throw error;
  }
}
