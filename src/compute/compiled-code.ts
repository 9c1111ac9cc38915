import {
  accessSync,
  constants,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ifThere, isSystemError, refusalWords } from '../disk/codes.ts';
import { makeCacheFolder } from '../disk/folders.ts';
import { sha256 } from '../disk/sha256.ts';
import { StageError } from '../problem/errors.ts';

/** A folder in which XLA keeps compiled code. */
export interface CompiledCode {
  readonly folder: string;
  /** Removes all code, and what XLA was writing. */
  discard(): void;
  /** Adds checksums of what XLA wrote since: without one, nothing is read again. Failures are ignored, as they cost only time. */
  seal(): void;
}

/** XLA could not read or write compiled code: the same computation can run without it. */
export class CompiledCodeError extends StageError {
  override readonly name = 'CompiledCodeError';
}

/** TensorFlow's flag for the folder. */
export const codeFlag = 'tf_xla_persistent_cache_directory';

const codeEnd = '.pb';
const sumEnd = '.sha256';

const draftEnd = '.draft';

/** As much as the code of a large network takes; a stage fails if the disk is full as XLA writes. */
const leastFreeBytes = 256 * 1024 * 1024;

/**
 * Opens a folder for compiled code, made if it is absent. TensorFlow ends the stage, or the process, if it reads damaged code, so all that
 * does not match its checksum is removed first.
 * @returns the folder, or why it cannot be used, as a clause.
 */
export function openCompiledCode(folder: string): CompiledCode | { readonly problem: string } {
  try {
    makeCacheFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < leastFreeBytes) return { problem: 'its disk is almost full' };
    removeUnsound(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { problem: refusalWords(error) };
  }
  return { folder, seal: () => seal(folder), discard: () => discard(folder) };
}

/** The same flags, with which XLA neither reads nor writes compiled code. */
export function withoutCompiledCode(flags: string | undefined): string {
  return `${flags ?? ''} --${codeFlag}=`.trimStart();
}

/** The error to throw in place of one of XLA's, if that is about compiled code, which is then discarded; undefined if it is not. */
export function compiledCodeError(error: unknown, { folder, discard }: CompiledCode): CompiledCodeError | undefined {
  if (!(error instanceof StageError)) return undefined;
  const { message } = error;
  const isAboutCode =
    message.includes(folder) || /xla_compile_cache|Serialized cache key|Read less bytes than requested/u.test(message);
  if (!isAboutCode) return undefined;
  discard();
  return new CompiledCodeError(message, {
    hint: `${reason(message)}; XLA keeps it in ${folder}`,
    cause: error,
  });
}

/** What failed, from the words of TensorFlow and of the operating system. */
function reason(message: string): string {
  if (/No space left on device|Disk quota exceeded/iu.test(message)) return 'there is no space for compiled code';
  if (/Permission denied|Read-only file system|Operation not permitted/iu.test(message))
    return 'this user may not read or write compiled code';
  if (/Read less bytes than requested|Serialized cache key|DATA_LOSS|parse/iu.test(message))
    return 'compiled code was damaged, and was removed';
  return 'compiled code could not be read or written';
}

function removeUnsound(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(codeEnd))) {
    const path = join(folder, name);
    const [sum, content] = [path + sumEnd, path].map((each) => ifThere(() => readFileSync(each)));
    if (sum && content && sha256(content) === sum.toString()) continue;
    rmSync(path, { force: true, recursive: true });
    rmSync(path + sumEnd, { force: true, recursive: true });
  }
}

function seal(folder: string): void {
  try {
    const names = new Set(readdirSync(folder));
    for (const name of names) {
      if (!name.endsWith(codeEnd) || names.has(name + sumEnd)) continue;
      const path = join(folder, name);
      const draft = `${path}.${process.pid}${draftEnd}`;
      writeFileSync(draft, sha256(readFileSync(path)));
      renameSync(draft, path + sumEnd);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function discard(folder: string): void {
  try {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true, recursive: true });
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
