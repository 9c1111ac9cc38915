import { createHash, hash } from 'node:crypto';
import { closeSync, read as readCallback, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { type FileState, stateOfOpen } from './file-state.ts';
import { openRegular } from './regular-file.ts';

const read = promisify(readCallback);

/** Smaller files are read at once, synchronously: a trip to the thread pool costs more than the reading. */
export const SMALL_BYTES = 256 * 1024;

/** Two of these are in memory at the same time: one is read while the other is hashed. */
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

/** The digest of a file's bytes, and the state of the file before they were read. */
export interface Hashed {
  readonly digest: string;
  readonly state: FileState;
  /** False if the file's state changed during every reading: it is being written to, or its names or modes keep changing. */
  readonly isSettled: boolean;
}

/** How often a file is read if its state changes meanwhile. A new mode or name changes the state, but not the bytes. */
const READINGS = 3;

/** sha256 of an open file's bytes. */
export async function sha256OfOpen(descriptor: number): Promise<Hashed> {
  for (let reading = 1; ; reading += 1) {
    const state = stateOfOpen(descriptor);
    const digest = state.bytes <= SMALL_BYTES ? digestSmall(descriptor, state.bytes) : await digestLarge(descriptor);
    const isSettled = stateOfOpen(descriptor).text === state.text;
    if (isSettled || reading === READINGS) return { digest, state, isSettled };
  }
}

/** sha256 of a regular file's bytes. @throws as `openRegular` does. */
export async function sha256OfFile(path: string): Promise<Hashed> {
  const descriptor = openRegular(path);
  try {
    return await sha256OfOpen(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
