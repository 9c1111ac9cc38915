import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../../problem/errors.ts';
import type { OutputRecord } from '../record.ts';
import { sync, whileSyncing } from './durable.ts';
import { ifThere } from './failure.ts';
import { filesUnder, type ManifestEntry, writeManifest } from './manifest.ts';
import { SMALL_BYTES, sha256OfFile, sha256OfOpen } from './sha256.ts';

/** A file of a draft with the digest of its bytes. */
export interface Sealed {
  readonly path: string;
  readonly digest: string;
  /** On the disk for good; not so where the store has these bytes already. */
  readonly isDurable: boolean;
}

/** Whether the store has whole bytes of this digest. */
type IsStored = (digest: string) => boolean;

/** What a stage wrote for one output, sealed: the files to be placed as objects, and what the record says of them. */
export interface SealedOutput {
  readonly output: OutputRecord;
  readonly files: readonly Sealed[];
}

/** How many files are flushed to the disk at once: while it works on some, another is hashed. */
const FLUSHES = 4;

/**
 * Hashes what a stage wrote at `path`, and flushes what the store does not have.
 * @param manifestPath where the list of a directory's files is written.
 * @throws StageError where nothing is there, or something else than was declared.
 */
export async function sealOutput(
  name: string,
  path: string,
  directory: boolean,
  manifestPath: string,
  isStored: IsStored,
): Promise<SealedOutput> {
  checkKind(name, path, directory);
  if (directory) return sealDirectory(name, path, manifestPath, isStored);
  const { entry, isDurable } = await seal(path, '', isStored);
  const { digest, bytes, executable } = entry;
  return {
    output: { digest, bytes, directory: false, ...(executable ? { executable } : {}) },
    files: [{ path, digest, isDurable }],
  };
}

async function sealDirectory(
  name: string,
  root: string,
  manifestPath: string,
  isStored: IsStored,
): Promise<SealedOutput> {
  // Loaded here, because a run in which everything is reused never needs it.
  const { default: PQueue } = await import('p-queue');
  const queue = new PQueue({ concurrency: FLUSHES });
  const sealed = await queue.addAll(filesUnder(root, name).map((path) => () => seal(join(root, path), path, isStored)));
  const entries = sealed.map(({ entry }) => entry);
  writeFileSync(manifestPath, writeManifest(entries));
  const { entry: manifest, isDurable } = await seal(manifestPath, '', isStored);
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const files = sealed.map(({ entry: { path, digest }, ...rest }) => ({ path: join(root, path), digest, ...rest }));
  return {
    output: { digest: manifest.digest, bytes, directory: true },
    files: [...files, { path: manifestPath, digest: manifest.digest, isDurable }],
  };
}

async function seal(
  file: string,
  path: string,
  isStored: IsStored,
): Promise<{ readonly entry: ManifestEntry; readonly isDurable: boolean }> {
  const { size, mode } = lstatSync(file);
  // A large file is flushed while it is hashed; flushing a small one takes longer than to learn whether that is needed.
  const isSmall = size <= SMALL_BYTES;
  const { digest, state } = isSmall
    ? await sha256OfFile(file)
    : await whileSyncing(file, (descriptor) => sha256OfOpen(descriptor, file));
  const isDurable = !isSmall || !isStored(digest);
  if (isSmall && isDurable) await sync(file);
  return { entry: { path, digest, bytes: state.bytes, executable: (mode & 0o100) !== 0 }, isDurable };
}

function checkKind(name: string, path: string, directory: boolean): void {
  const stats = ifThere(() => lstatSync(path));
  if (stats === undefined) {
    throw new StageError(`The stage finished without writing its output "${name}".`, {
      hint: `It was to be at ${path}.`,
    });
  }
  if (stats.isSymbolicLink()) {
    throw new StageError(`Output "${name}" is a symbolic link.`, {
      hint: 'An artifact holds its own bytes: copy the file the link leads to.',
    });
  }
  if (directory !== stats.isDirectory() || (!directory && !stats.isFile())) {
    throw new StageError(
      `Output "${name}" was declared as a ${directory ? 'directory' : 'file'}, and the stage wrote ${stats.isDirectory() ? 'a directory' : stats.isFile() ? 'a file' : 'neither a file nor a directory'}.`,
    );
  }
}
