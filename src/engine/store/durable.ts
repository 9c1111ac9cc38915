import { closeSync, fsync as fsyncCallback, openSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

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
  writeFileSync(path, text);
  await sync(path);
}
