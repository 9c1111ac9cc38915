import { constants, lstatSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, ifThere } from '../../disk/codes.ts';
import { sync, whileSyncing } from '../../disk/durable.ts';
import { isIrregular } from '../../disk/regular-file.ts';
import { SMALL_BYTES, sha256OfFile, sha256OfOpen } from '../../disk/sha256.ts';
import { StageError } from '../../problem/errors.ts';
import type { OutputRecord } from '../record.ts';
import { filesUnder, type ManifestEntry, manifestText } from './manifest.ts';

/** A file that is to become an object, with the digest of its bytes. */
export interface Sealed {
  readonly path: string;
  readonly digest: string;
  /** Flushed to disk; false if the store already has these bytes. */
  readonly isDurable: boolean;
}

/** How a stage's files are sealed. */
export interface Sealing {
  /** Whether the store has intact bytes of a digest. */
  readonly isStored: (digest: string) => boolean;
  /** Returns a path for the list of a directory's files, or for a copy. */
  readonly temporary: () => string;
  /** Whether files without another hard link become objects themselves, because nobody can write to them any more; otherwise copies do. */
  readonly isMoved: boolean;
}

/** The sealed output of a stage: the files to be stored as objects, and its entry in the record. */
export interface SealedOutput {
  readonly output: OutputRecord;
  readonly files: readonly Sealed[];
}

/** How many files are flushed to disk at once; meanwhile, another is hashed. */
const FLUSHES = 4;

/**
 * Hashes what a stage wrote at `path`, and flushes what the store does not have.
 * @throws StageError if there is nothing, something other than what was declared, or something unreadable.
 */
export async function sealOutput(
  name: string,
  path: string,
  directory: boolean,
  sealing: Sealing,
): Promise<SealedOutput> {
  checkKind(name, path, directory);
  try {
    return directory ? await sealDirectory(name, path, sealing) : await sealFile(path, sealing);
  } catch (error) {
    throw explain(error, name, path);
  }
}

async function sealFile(path: string, sealing: Sealing): Promise<SealedOutput> {
  const { entry, file } = await seal(path, '', sealing);
  const { digest, bytes, executable } = entry;
  return { output: { digest, bytes, directory: false, ...(executable ? { executable } : {}) }, files: [file] };
}

async function sealDirectory(name: string, root: string, sealing: Sealing): Promise<SealedOutput> {
  // Loaded here, because a run that reuses everything never needs it.
  const { default: PQueue } = await import('p-queue');
  const queue = new PQueue({ concurrency: FLUSHES });
  const sealed = await queue.addAll(filesUnder(root, name).map((path) => () => seal(join(root, path), path, sealing)));
  const entries = sealed.map(({ entry }) => entry);
  const listPath = sealing.temporary();
  writeFileSync(listPath, manifestText(entries));
  const list = await seal(listPath, '', { ...sealing, isMoved: true });
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return {
    output: { digest: list.entry.digest, bytes, directory: true },
    files: [...sealed.map(({ file }) => file), list.file],
  };
}

/** A file whose bytes nobody else can change any more, with its digest. @param path its name in its directory. */
async function seal(
  source: string,
  path: string,
  { isStored, temporary, isMoved }: Sealing,
): Promise<{ readonly entry: ManifestEntry; readonly file: Sealed }> {
  const { size, mode, nlink } = lstatSync(source);
  // A file with several hard links (`ln`, `cp -l`) belongs to others as well, who may write to it at any time.
  const isOwn = isMoved && nlink === 1;
  const own = isOwn ? source : temporary();
  if (!isOwn) await copyFile(source, own, constants.COPYFILE_FICLONE);
  // A large file is flushed while it is hashed; flushing a small one takes longer than finding out whether that is needed.
  const isSmall = size <= SMALL_BYTES;
  const { digest, state, isSettled } = isSmall ? await sha256OfFile(own) : await whileSyncing(own, sha256OfOpen);
  if (!isSettled) throw new StageError(`${source} changed after the stage ended.`);
  const isDurable = !isSmall || !isStored(digest);
  if (isSmall && isDurable) await sync(own);
  const entry = { path, digest, bytes: state.bytes, executable: (mode & 0o100) !== 0 };
  return { entry, file: { path: own, digest, isDurable } };
}

/** A problem with the files of one stage fails that stage only. */
function explain(error: unknown, name: string, root: string): unknown {
  const path = (error as NodeJS.ErrnoException | undefined)?.path;
  if (path?.startsWith(root) !== true) return error;
  const what = path === root ? '' : `, ${path.slice(root.length + 1)},`;
  if (hasCode(error, 'EACCES', 'EPERM')) {
    return new StageError(`Output "${name}"${what} is not readable.`, {
      hint: 'The stage must leave its outputs readable: check the permissions it sets, and its umask.',
      cause: error,
    });
  }
  if (isIrregular(error) || hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG')) {
    return new StageError(`Output "${name}"${what} changed after the stage ended.`, {
      hint: 'A process that the stage started is still running. The stage should wait for it.',
      cause: error,
    });
  }
  return error;
}

function checkKind(name: string, path: string, directory: boolean): void {
  const stats = ifThere(() => lstatSync(path));
  if (stats === undefined) {
    throw new StageError(`The stage finished without writing its output "${name}".`, {
      hint: `Expected it at ${path}.`,
    });
  }
  if (stats.isSymbolicLink()) {
    throw new StageError(`Output "${name}" is a symlink.`, {
      hint: 'An output cannot be a symlink: copy the file that it points to.',
    });
  }
  if (directory !== stats.isDirectory() || (!directory && !stats.isFile())) {
    throw new StageError(
      `Output "${name}" was declared as a ${directory ? 'directory' : 'file'}, but the stage wrote ${stats.isDirectory() ? 'a directory' : stats.isFile() ? 'a file' : 'neither a file nor a directory'}.`,
    );
  }
}
