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
  /** On the disk for good; not so where the store has these bytes already. */
  readonly isDurable: boolean;
}

/** How a stage's files are sealed. */
export interface Sealing {
  /** Whether the store has whole bytes of a digest. */
  readonly isStored: (digest: string) => boolean;
  /** Gives a path for the list of a directory's files, or for a copy. */
  readonly temporary: () => string;
  /** Whether files without another name become objects themselves, because nobody can write to them any more; otherwise copies do. */
  readonly isMoved: boolean;
}

/** What a stage wrote for one output, sealed: the files to be placed as objects, and what the record says of them. */
export interface SealedOutput {
  readonly output: OutputRecord;
  readonly files: readonly Sealed[];
}

/** How many files are flushed to the disk at once: while it works on some, another is hashed. */
const FLUSHES = 4;

/**
 * Hashes what a stage wrote at `path`, and flushes what the store does not have.
 * @throws StageError if nothing is there, or something else than was declared, or what cannot be read.
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
  // Loaded here, because a run in which everything is reused never needs it.
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
  // A file with another name (`ln`, `cp -l`) belongs to others as well, who write to it when they like.
  const isOwn = isMoved && nlink === 1;
  const own = isOwn ? source : temporary();
  if (!isOwn) await copyFile(source, own, constants.COPYFILE_FICLONE);
  // A large file is flushed while it is hashed; flushing a small one takes longer than to learn whether that is needed.
  const isSmall = size <= SMALL_BYTES;
  const { digest, state, isSettled } = isSmall ? await sha256OfFile(own) : await whileSyncing(own, sha256OfOpen);
  if (!isSettled) throw new StageError(`${source} changed after the stage ended.`);
  const isDurable = !isSmall || !isStored(digest);
  if (isSmall && isDurable) await sync(own);
  const entry = { path, digest, bytes: state.bytes, executable: (mode & 0o100) !== 0 };
  return { entry, file: { path: own, digest, isDurable } };
}

/** What is wrong with one stage's files is that stage's failure, and no other's. */
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
