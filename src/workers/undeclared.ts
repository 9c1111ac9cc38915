import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { OpenedFiles } from './file-trace.ts';

/** Folders where systems keep programs, libraries and their settings, and special files. */
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

/** Folders of installed packages, at any path. */
const packageFolders = ['node_modules', 'site-packages', 'dist-packages', '__pycache__'];

/** Files that interpreters and compilers look for in every folder above a source. */
const lookedUp = ['package.json', 'tsconfig.json', 'jsconfig.json'];

/** What belongs to an installed Python in its folder. A virtual environment may be in the folder of a project, next to files that do not. */
const partsOfPython = ['bin', 'conda-meta', 'etc', 'include', 'lib', 'lib64', 'pyvenv.cfg', 'share', 'ssl'];

/**
 * Files that a stage opened although they are not its inputs: those that still exist, and belong neither to the system nor to an installed
 * package or an installed Python.
 * @param given files, and folders with everything in them; they need not exist.
 */
export function undeclaredOf({ read, written }: OpenedFiles, given: readonly string[]): OpenedFiles {
  const folders = [...systemFolders, ...given.map(realPath), ...pythonsOf(read)];
  const isForeign = (path: string) =>
    !folders.some((folder) => path === folder || path.startsWith(`${folder}${sep}`)) &&
    !path.split(sep).some((name) => packageFolders.includes(name)) &&
    !lookedUp.some((name) => path.endsWith(`${sep}${name}`)) &&
    statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return { read: read.filter(isForeign).sort(), written: written.filter(isForeign).sort() };
}

/** The Python installations and virtual environments that opened files belong to, in whatever folder pyenv, uv or conda put them. */
function pythonsOf(paths: readonly string[]): readonly string[] {
  const prefixes = paths.flatMap((path) => /^(.+?)\/(?:lib\/python3\.\d+\/.*|pyvenv\.cfg)$/u.exec(path)?.[1] ?? []);
  return [...new Set(prefixes)]
    .filter((prefix) => existsSync(join(prefix, 'bin/python3')))
    .flatMap((prefix) => partsOfPython.map((part) => join(prefix, part)));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
