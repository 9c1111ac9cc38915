import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeCacheFolder } from '../../disk/folders.ts';
import { download } from '../../download/download.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { Environment } from '../location.ts';
import { findPip, pipDownload } from './pip.ts';
import { findFile, indexUrl } from './registry.ts';
import type { Wheel } from './wheels.ts';

/** How a wheel is downloaded. */
export interface ObtainOptions {
  readonly environment: Environment;
  /** Called with the number of bytes present. */
  readonly onBytes: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a wheel to a folder: from the Python package index, with resuming; with pip if that is refused, because pip knows this
 * machine's proxies and certificates. A complete file that is already there is used unchanged.
 * @returns the file's path.
 * @throws EnvironmentError with the reasons why no way worked.
 */
export async function obtainWheel(wheel: Wheel, directory: string, options: ObtainOptions): Promise<string> {
  const { environment, onBytes, signal } = options;
  const to = join(directory, wheel.file);
  makeCacheFolder(directory);
  if (existsSync(to) && (await digest(to)) === wheel.sha256) return to;
  try {
    const url = await findFile(await indexUrl(environment), wheel.project, wheel.file, signal);
    const { sha256, bytes } = wheel;
    return await download({ urls: [url], sha256, bytes, to, onProgress: onBytes, ...(signal && { signal }) });
  } catch (refusal) {
    signal?.throwIfAborted();
    const pip = refusal instanceof EnvironmentError ? await findPip(environment) : undefined;
    if (!(refusal instanceof EnvironmentError) || !pip) throw refusal;
    const complaint = await pipDownload(pip, wheel, directory, { environment, signal });
    if (complaint === undefined) return to;
    throw new EnvironmentError(`${refusal.message}\npip could not fetch it either: ${complaint}`, {
      ...(refusal.hint !== undefined && { hint: refusal.hint }),
      cause: refusal,
    });
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
