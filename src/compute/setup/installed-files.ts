import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** One file of a setup, as it was when the setup ended. */
export interface InstalledFile {
  readonly path: string;
  readonly bytes: number;
  /** Seconds since 1970; copies and container images keep no higher precision. */
  readonly modified: number;
  readonly sha256: string;
}

/** Every file and symlink below a folder, except those named, with its content's digest; for a symlink, that of its target. */
export async function installedFiles(directory: string, except: readonly string[]): Promise<readonly InstalledFile[]> {
  const paths = filesBelow(directory).filter((path) => !except.includes(path));
  const files = paths.map(async (path): Promise<InstalledFile> => {
    const { bytes, modified } = stateOf(join(directory, path))!;
    return { path, bytes, modified, sha256: await digestOf(join(directory, path)) };
  });
  return Promise.all(files);
}

/** The files that changed, by size and time only, which costs one stat each; including missing ones. */
export function alteredFiles(directory: string, files: readonly InstalledFile[]): readonly string[] {
  const isAltered = ({ path, bytes, modified }: InstalledFile) => {
    const state = stateOf(join(directory, path));
    return state?.bytes !== bytes || state.modified !== modified;
  };
  return files.filter(isAltered).map(({ path }) => path);
}

/** The files whose content changed: reads them all. */
export async function alteredContents(directory: string, files: readonly InstalledFile[]): Promise<readonly string[]> {
  const looked = files.map(async ({ path, sha256 }) => {
    const file = join(directory, path);
    return stateOf(file) && (await digestOf(file)) === sha256 ? [] : [path];
  });
  return (await Promise.all(looked)).flat();
}

/** Removes write permission for everybody but the owner from a folder and everything below it, whatever the umask was. */
export function closeToOthers(directory: string): void {
  for (const path of ['.', ...readdirSync(directory, { recursive: true }).map(String)]) {
    const { mode } = lstatSync(join(directory, path));
    if (!isLink(mode) && (mode & 0o022) !== 0) chmodSync(join(directory, path), mode & 0o755);
  }
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

function stateOf(path: string): { readonly bytes: number; readonly modified: number } | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats && { bytes: stats.size, modified: Math.floor(stats.mtimeMs / 1000) };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  if (isLink(lstatSync(path).mode)) return hash.update(readlinkSync(path)).digest('hex');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function isLink(mode: number): boolean {
  return (mode & 0o170_000) === 0o120_000;
}
