import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../../problem/errors.ts';
import type { OutputRecord } from '../record.ts';
import { whileSyncing } from './durable.ts';
import { ifThere } from './failure.ts';
import { filesUnder, type ManifestEntry, writeManifest } from './manifest.ts';
import { sha256OfOpen } from './sha256.ts';

/** A file of a draft with the digest of its bytes, on the disk for good. */
export interface Sealed {
  readonly path: string;
  readonly digest: string;
}

/** What a stage wrote for one output, sealed: the files to be placed as objects, and what the record says of them. */
export interface SealedOutput {
  readonly output: OutputRecord;
  readonly files: readonly Sealed[];
}

/** How many files are flushed to the disk at once: while it works on some, another is hashed. */
const FLUSHES = 4;

/**
 * Hashes and flushes what a stage wrote at `path`.
 * @param manifestPath where the list of a directory's files is written.
 * @throws StageError where nothing is there, or something else than was declared.
 */
export async function sealOutput(
  name: string,
  path: string,
  directory: boolean,
  manifestPath: string,
): Promise<SealedOutput> {
  checkKind(name, path, directory);
  if (directory) return sealDirectory(name, path, manifestPath);
  const { digest, bytes, executable } = await seal(path, '');
  return {
    output: { digest, bytes, directory: false, ...(executable ? { executable } : {}) },
    files: [{ path, digest }],
  };
}

async function sealDirectory(name: string, root: string, manifestPath: string): Promise<SealedOutput> {
  // Loaded here, because a run in which everything is reused never needs it.
  const { default: PQueue } = await import('p-queue');
  const queue = new PQueue({ concurrency: FLUSHES });
  const entries = await queue.addAll(filesUnder(root, name).map((path) => () => seal(join(root, path), path)));
  writeFileSync(manifestPath, writeManifest(entries));
  const manifest = await seal(manifestPath, '');
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const files = entries.map((entry) => ({ path: join(root, entry.path), digest: entry.digest }));
  return {
    output: { digest: manifest.digest, bytes, directory: true },
    files: [...files, { path: manifestPath, digest: manifest.digest }],
  };
}

async function seal(file: string, path: string): Promise<ManifestEntry> {
  const { digest, state } = await whileSyncing(file, (descriptor) => sha256OfOpen(descriptor, file));
  return { path, digest, bytes: state.bytes, executable: (lstatSync(file).mode & 0o100) !== 0 };
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
