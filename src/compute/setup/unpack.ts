import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { EnvironmentError } from '../../problem/errors.ts';

/** How a wheel is unpacked. */
export interface UnpackOptions {
  /** Which members are unpacked. */
  readonly members: RegExp;
  /** The folder they are unpacked into, under their own paths. */
  readonly into: string;
  /** Called with the number of unpacked bytes of each piece. */
  readonly onBytes: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

const executableBits = 0o111;

/**
 * Unpacks some members of a wheel, streaming, and flushes each to disk.
 * @throws EnvironmentError if the wheel contains none of them.
 */
export async function unpack(wheel: string, options: UnpackOptions): Promise<void> {
  const archive = await openPromise(wheel, { strictFileNames: true, autoClose: false });
  let unpacked = 0;
  try {
    for await (const entry of archive.eachEntry()) {
      options.signal?.throwIfAborted();
      if (!options.members.test(entry.fileName)) continue;
      const path = join(options.into, entry.fileName);
      await mkdir(dirname(path), { recursive: true });
      // The upper half of a zip entry's attributes is the mode of the file, if the archive was made on Unix.
      const mode = 0o644 | ((entry.externalFileAttributes >>> 16) & executableBits);
      const target = createWriteStream(path, { mode, flush: true });
      await pipeline(await archive.openReadStreamPromise(entry), counting(options.onBytes), target, {
        ...(options.signal && { signal: options.signal }),
      });
      unpacked++;
    }
  } finally {
    archive.close();
  }
  if (unpacked === 0) {
    throw new EnvironmentError(`${wheel} contains none of the files that are needed from it`, {
      hint: 'remove it and run pipe setup again',
    });
  }
}

function counting(onBytes: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
}
