import { createHash } from 'node:crypto';
import {
  closeSync,
  fsync as fsyncCallback,
  openSync,
  renameSync,
  writeFile as writeFileCallback,
  writeFileSync,
  writev as writevCallback,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isAbsent } from './codes.ts';
import { makeFolder } from './folders.ts';

const fsync = promisify(fsyncCallback);
const writeFile: (descriptor: number, content: Uint8Array) => Promise<void> = promisify(writeFileCallback);
const writev = promisify(writevCallback);

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

/**
 * What arrives is hashed and written in pieces of this size. Each costs a trip to the thread pool. Larger ones cost more: with 4 MiB, the
 * system took twice as long to copy the same bytes into its cache of the file.
 */
const PIECE_BYTES = 512 * 1024;

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
    for await (const { parts, bytes } of inPieces(content)) {
      for (const part of parts) digest.update(part);
      await writing;
      unflushed += bytes;
      if (unflushed > UNFLUSHED_BYTES) {
        await flushing;
        flushing = inBackground(fsync(descriptor));
        unflushed = bytes;
      }
      writing = inBackground(writeParts(descriptor, { parts, bytes }));
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

/** Parts of a file in their order, as they arrived, and their total size. */
interface Piece {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
}

async function* inPieces(content: AsyncIterable<Uint8Array>): AsyncIterable<Piece> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of content) {
    parts.push(part);
    bytes += part.length;
    if (bytes < PIECE_BYTES) continue;
    yield { parts, bytes };
    [parts, bytes] = [[], 0];
  }
  if (bytes > 0) yield { parts, bytes };
}

/** Appends a piece to a file. */
async function writeParts(descriptor: number, { parts, bytes }: Piece): Promise<void> {
  const { bytesWritten } = await writev(descriptor, parts);
  // A disk that is almost full takes some of it without an error; the next call has the rest, or the error.
  if (bytesWritten < bytes) await writeFile(descriptor, Buffer.concat(parts).subarray(bytesWritten));
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
