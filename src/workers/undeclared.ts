import { realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import type { OpenedFiles } from './file-trace.ts';

/** Where systems keep programs, libraries and their settings, and what looks like a file and is none. */
const systemFolders = [
  '/bin',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/nix',
  '/opt',
  '/proc',
  '/run',
  '/sbin',
  '/snap',
  '/sys',
  '/usr',
  '/var/cache',
  '/var/lib',
];

/** Folders of installed packages, wherever they lie. */
const packageFolders = ['node_modules', 'site-packages', 'dist-packages', '__pycache__'];

/** What interpreters and compilers look for in every folder above a source. */
const lookedUp = ['package.json', 'tsconfig.json', 'jsconfig.json'];

/**
 * What a stage opened although it was not given it: files that are still there, and neither the system's nor an installed package's.
 * @param given files, and folders with all they hold; they need not exist.
 */
export function undeclaredOf({ read, written }: OpenedFiles, given: readonly string[]): OpenedFiles {
  const folders = [...systemFolders, ...given.map(realPath)];
  const isForeign = (path: string) =>
    !folders.some((folder) => path === folder || path.startsWith(`${folder}${sep}`)) &&
    !path.split(sep).some((name) => packageFolders.includes(name)) &&
    !lookedUp.some((name) => path.endsWith(`${sep}${name}`)) &&
    statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return { read: read.filter(isForeign).sort(), written: written.filter(isForeign).sort() };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
