import { closeSync, fsync as fsyncCallback, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isAbsent } from './failure.ts';

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
export async function writeDurably(path: string, text: string): Promise<void> {
  const descriptor = openSync(path, 'w');
  try {
    writeFileSync(descriptor, text);
    await fsync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Moves a file to a path whose folder may have to be made. */
export function renameInto(file: string, path: string): void {
  try {
    renameSync(file, path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    mkdirSync(dirname(path), { recursive: true });
    renameSync(file, path);
  }
}
