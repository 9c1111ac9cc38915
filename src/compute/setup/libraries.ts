import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import type { Environment } from '../location.ts';
import { addLinks } from './links.ts';
import { obtainWheel } from './obtain.ts';
import { gigabytes, type SetupListener } from './progress.ts';
import { unpack } from './unpack.ts';
import type { Wheel } from './wheels.ts';

/** Disk space that must stay free in addition to the files. */
const spareBytes = 100e6;

/**
 * Checks that the disk has room for what must still be downloaded and unpacked.
 * @throws EnvironmentError with the missing amount.
 */
export async function checkSpace(wheels: readonly Wheel[], downloads: string): Promise<void> {
  const toDownload = wheels.filter((wheel) => !existsSync(join(downloads, wheel.file)));
  const needed = sum(toDownload.map((wheel) => wheel.bytes)) + sum(wheels.map((wheel) => wheel.unpackedBytes));
  const cache = dirname(downloads);
  const { bavail, bsize } = await statfs(cache);
  const free = bavail * bsize;
  if (free >= needed + spareBytes) return;
  throw new EnvironmentError(
    `setting up TensorFlow needs ${gigabytes(needed)} in ${cache}, but only ${gigabytes(free)} are free`,
    { hint: 'free some space, or choose another folder: PIPE_CACHE_DIR=/path/with/space' },
  );
}

/** Downloads wheels, unpacks the required files into one folder, and adds the links that they need. */
export async function bringLibraries(
  source: {
    readonly wheels: readonly Wheel[];
    readonly environment: Environment;
    readonly onProgress: SetupListener;
    readonly signal?: AbortSignal | undefined;
  },
  downloads: string,
  into: string,
): Promise<void> {
  const { wheels, environment, onProgress, signal } = source;
  await mkdir(into);
  for (const [index, wheel] of wheels.entries()) {
    const name = `${wheel.project} ${wheel.version}${wheels.length > 1 ? ` (${index + 1} of ${wheels.length})` : ''}`;
    const report = (label: string, done: number, total: number) => onProgress({ label, done, total, unit: 'bytes' });
    const onDownloaded = (bytes: number) => report(`downloading ${name}`, bytes, wheel.bytes);
    const file = await obtainWheel(wheel, downloads, { environment, onBytes: onDownloaded, signal });
    let unpacked = 0;
    const onUnpacked = (bytes: number) => {
      unpacked += bytes;
      report(`unpacking ${name}`, unpacked, wheel.unpackedBytes);
    };
    await unpack(file, { members: wheel.members, into, onBytes: onUnpacked, signal });
  }
  await addLinks(into);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
