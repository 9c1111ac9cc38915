import { createHash } from 'node:crypto';
import { closeSync, fsync as fsyncCallback, openSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isAbsent } from './codes.ts';
import { makeFolder } from './folders.ts';

const fsync = promisify(fsyncCallback);

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

/** Writes a file as its bytes come, makes them survive a power failure, and returns their sha256. */
export async function writeHashed(path: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for await (const chunk of content) {
      digest.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return digest.digest('hex');
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
