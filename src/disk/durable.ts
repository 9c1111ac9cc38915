import { createHash } from 'node:crypto';
import {
  closeSync,
  fsync as fsyncCallback,
  openSync,
  renameSync,
  writeFile as writeFileCallback,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isAbsent } from './codes.ts';
import { makeFolder } from './folders.ts';

const fsync = promisify(fsyncCallback);
const writeFile: (descriptor: number, content: Uint8Array) => Promise<void> = promisify(writeFileCallback);

/** Runs `use` on an open file or directory while its content goes to the disk; both are done when this resolves. */
export async function whileSyncing<T>(path: string, use: (descriptor: number) => Promise<T>): Promise<T> {
  const descriptor = openSync(path, 'r');
  try {
    const [result] = await Promise.all([use(descriptor), fsync(descriptor)]);
    return result;
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a file's content, or a directory's names, survive a power failure. */
export function sync(path: string): Promise<void> {
  return whileSyncing(path, async () => {});
}

/** Writes a file and makes its content survive a power failure. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const descriptor = openSync(path, 'w');
  try {
    writeFileSync(descriptor, content);
    await fsync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What arrives is hashed and written in such pieces: each costs a trip to the thread pool. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** So much is left for the disk to do at the end of a large file, and no more: it works while the rest arrives. */
const UNFLUSHED_BYTES = 64 * 1024 * 1024;

/** Writes a file as its bytes come, makes them survive a power failure, and returns their sha256. */
export async function writeHashed(path: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash('sha256');
  const descriptor = openSync(path, 'wx');
  // Both continue while the next piece arrives; their errors are thrown where they are awaited.
  let writing: Promise<void> | undefined;
  let flushing: Promise<void> | undefined;
  let unflushed = 0;
  try {
    for await (const piece of inPieces(content)) {
      digest.update(piece);
      await writing;
      unflushed += piece.length;
      if (unflushed > UNFLUSHED_BYTES) {
        await flushing;
        flushing = inBackground(fsync(descriptor));
        unflushed = piece.length;
      }
      writing = inBackground(writeFile(descriptor, piece));
    }
    await Promise.all([writing, flushing]);
    await fsync(descriptor);
  } finally {
    await Promise.allSettled([writing, flushing]);
    closeSync(descriptor);
  }
  return digest.digest('hex');
}

/** The same promise, which may fail before anybody waits for it. */
function inBackground<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function* inPieces(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of content) {
    parts.push(part);
    bytes += part.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(parts);
    [parts, bytes] = [[], 0];
  }
  if (bytes > 0) yield Buffer.concat(parts);
}

/** Moves a file to a path whose folder may have to be made. */
export function renameInto(file: string, path: string): void {
  try {
    renameSync(file, path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    makeFolder(dirname(path));
    renameSync(file, path);
  }
}
