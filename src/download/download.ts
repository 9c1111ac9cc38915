import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, open, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { makeCacheFolder } from '../disk/folders.ts';
import { diskError, downloadError, type Failure, failureOfConnection, failureOfStatus } from './failure.ts';
import { claimPart, partBytes } from './part.ts';

/** A file to download, identified by its content. */
export interface DownloadRequest {
  /** Its URLs, http or https; tried in this order. */
  readonly urls: readonly string[];
  /** sha256 of the whole file, in hex. */
  readonly sha256: string;
  /** Size of the whole file, if it is known in advance. */
  readonly bytes?: number;
  /** Absolute path of the complete file; its directory is created if necessary. */
  readonly to: string;
  /** Called with the number of bytes present and the total, starting after a resumed part. */
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
  /** Waits between attempts; the real clock unless a test passes another. */
  readonly pause?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Attempts in a row without a new byte before an address is abandoned, with waits of 1, 2, 4, 8 seconds in between. */
const fruitlessAttempts = 5;
const firstPauseMilliseconds = 1000;
/** A connection that is silent for this long counts as broken. */
const stallMilliseconds = 60_000;

/**
 * Downloads a file to `to`, resumes an earlier attempt, and gives the file its name only if its sha256 is right. Safe if several run at
 * once, in one process or many: each writes its own part. Returns `to`.
 * @throws EnvironmentError with one sentence per address tried; `signal.reason` if aborted.
 */
export async function download(request: DownloadRequest): Promise<string> {
  const { to, signal } = request;
  try {
    makeCacheFolder(dirname(to));
    if (await hasDigest(to, request.sha256, signal)) return to;
    return await downloadPart(request);
  } catch (error) {
    signal?.throwIfAborted();
    throw diskError(to, error) ?? error;
  }
}

async function downloadPart(request: DownloadRequest): Promise<string> {
  const { to, sha256, signal } = request;
  const part = await claimPart(to);
  const failures: Failure[] = [];
  try {
    for (const url of request.urls) {
      const failure = await fill(part.path, url, request);
      if (failure) {
        failures.push(failure);
      } else if (await hasDigest(part.path, sha256, signal)) {
        await part.finish();
        return to;
      } else {
        await rm(part.path);
        failures.push({ url, reason: `its sha256 is not ${sha256}; the download was removed`, transient: false });
      }
    }
    throw downloadError(to, failures);
  } finally {
    await part.release();
  }
}

/** Downloads from one address until the part is complete; otherwise returns the reason. */
async function fill(path: string, url: string, request: DownloadRequest): Promise<Failure | undefined> {
  const pause = request.pause ?? wait;
  let fruitless = 0;
  for (;;) {
    const before = await partBytes(path);
    const failure = await attempt(path, before, url, request);
    if (!failure?.transient) return failure;
    fruitless = (await partBytes(path)) > before ? 0 : fruitless + 1;
    if (fruitless === fruitlessAttempts) return failure;
    await pause(firstPauseMilliseconds * 2 ** Math.max(0, fruitless - 1), request.signal);
  }
}

async function attempt(
  path: string,
  start: number,
  url: string,
  request: DownloadRequest,
): Promise<Failure | undefined> {
  if (request.bytes !== undefined && start === request.bytes) return undefined;
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(), stallMilliseconds);
  try {
    // Asking for `identity` keeps fetch from unpacking a .gz that a server labels as encoded.
    const headers = { 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) };
    const signals = request.signal ? [request.signal, stall.signal] : [stall.signal];
    const response = await fetch(url, { headers, signal: AbortSignal.any(signals) });
    const { status, body } = response;
    if (status === 416) {
      await body?.cancel();
      if (response.headers.get('content-range') === `bytes */${start}`) return undefined;
      await truncate(path);
      return { url, reason: 'the server cannot resume the download', transient: true };
    }
    if ((status !== 200 && status !== 206) || !body) {
      await body?.cancel();
      return failureOfStatus(url, status);
    }
    const from = status === 206 ? start : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = request.bytes ?? (Number.isNaN(length) ? undefined : from + length);
    const file = await open(path, from > 0 ? 'r+' : 'w');
    let written = from;
    try {
      request.onProgress?.(written, total);
      for await (const chunk of body) {
        if (total !== undefined && written + chunk.length > total) {
          // The rest does not belong to the file; leaving the loop ends the connection.
          await file.truncate(0);
          return { url, reason: `the server sends more than the ${total} bytes of the file`, transient: false };
        }
        await file.write(chunk, 0, chunk.length, written);
        written += chunk.length;
        timer.refresh();
        request.onProgress?.(written, total);
      }
    } finally {
      await file.close();
    }
    if (total === undefined || written >= total) return undefined;
    return { url, reason: `the connection broke after ${written} of ${total} bytes`, transient: true };
  } catch (error) {
    request.signal?.throwIfAborted();
    if (stall.signal.aborted) return { url, reason: 'the server stopped sending', transient: true };
    const failure = failureOfConnection(url, error);
    if (failure) return failure;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(milliseconds, undefined, signal ? { signal } : {});
}

async function hasDigest(path: string, sha256: string, signal: AbortSignal | undefined): Promise<boolean> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return false;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, signal ? { signal } : {});
  return hash.digest('hex') === sha256;
}
