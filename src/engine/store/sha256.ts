import { createHash, hash } from 'node:crypto';
import { closeSync, openSync, read as readCallback, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { EnvironmentError } from '../../problem/errors.ts';
import { type FileState, stateOfOpen } from './file-state.ts';

const read = promisify(readCallback);

/** Up to this a file is read in one go on the spot: a trip to the thread pool costs more than the reading. */
export const SMALL_BYTES = 256 * 1024;

/** Two of these are in memory at once: one is read while the other is hashed. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** sha256 in hex of bytes or of a text in UTF-8. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content);
}

async function digestLarge(descriptor: number): Promise<string> {
  const digest = createHash('sha256');
  let current = Buffer.allocUnsafe(CHUNK_BYTES);
  let next = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  let reading = read(descriptor, current, 0, CHUNK_BYTES, position);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return digest.digest('hex');
    position += bytesRead;
    reading = read(descriptor, next, 0, CHUNK_BYTES, position);
    digest.update(current.subarray(0, bytesRead));
    [current, next] = [next, current];
  }
}

function digestSmall(descriptor: number, bytes: number): string {
  const content = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const count = readSync(descriptor, content, filled, bytes - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return sha256(content.subarray(0, filled));
}

/** sha256 of an open file's bytes and the state they were read in; refuses a file that is written to meanwhile. */
export async function sha256OfOpen(descriptor: number, path: string): Promise<{ digest: string; state: FileState }> {
  const state = stateOfOpen(descriptor);
  const digest = state.bytes <= SMALL_BYTES ? digestSmall(descriptor, state.bytes) : await digestLarge(descriptor);
  if (stateOfOpen(descriptor).text !== state.text) {
    throw new EnvironmentError(`${path} changed while it was being read.`, {
      hint: 'Wait until whatever writes it has finished, then run the same command again.',
    });
  }
  return { digest, state };
}

/** sha256 of a file's bytes and the state they were read in. */
export async function sha256OfFile(path: string): Promise<{ digest: string; state: FileState }> {
  const descriptor = openSync(path, 'r');
  try {
    return await sha256OfOpen(descriptor, path);
  } finally {
    closeSync(descriptor);
  }
}
