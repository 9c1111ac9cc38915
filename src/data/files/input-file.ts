import { type FileHandle, open } from 'node:fs/promises';
import { EnvironmentError } from '../../problem/errors.ts';

/** One read or write handles at most this many bytes: the system's own limit is just under 2 GiB. */
export const mostBytesAtOnce = 2 ** 30;

/** The error for an invalid file. @param what completes the sentence "PATH …". */
export function damagedFile(path: string, what: string): EnvironmentError {
  return new EnvironmentError(`${path} ${what}.`, {
    hint: 'The file is damaged or of another kind: create it, copy it or download it again.',
  });
}

/** A file open for reading at any position. */
export interface InputFile {
  readonly path: string;
  /** Its size in bytes. */
  readonly bytes: number;
  /** Fills the target from a position on. @throws EnvironmentError if the file is too short. */
  read(target: ArrayBufferView, position: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file for reading. @throws EnvironmentError if it is missing, not a file, or not readable. */
export async function openInput(path: string): Promise<InputFile> {
  const handle = await open(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.code;
    throw new EnvironmentError(`Cannot read ${path}: ${why}.`, { cause });
  });
  const state = await handle.stat();
  if (!state.isFile()) {
    await handle.close();
    throw new EnvironmentError(`Cannot read ${path}: it is not a file.`);
  }
  return {
    path,
    bytes: state.size,
    read: (target, position) => fill(handle, path, target, position),
    close: () => handle.close(),
  };
}

async function fill(handle: FileHandle, path: string, target: ArrayBufferView, position: number): Promise<void> {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(bytes.length - done, mostBytesAtOnce);
    const { bytesRead } = await handle.read(bytes, done, length, position + done);
    if (bytesRead === 0) {
      const end = position + done;
      throw damagedFile(path, `ends at byte ${end}, before byte ${position + bytes.length}`);
    }
    done += bytesRead;
  }
}
