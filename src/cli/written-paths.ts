import { accessSync, constants, lstatSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { hasCode, ifThere, isSystemError, reasonOf } from '../disk/codes.ts';
import { makeFolder } from '../disk/folders.ts';
import { ConfigurationError, EnvironmentError } from '../problem/errors.ts';
import type { CliContext } from './context.ts';

/** An option for a path, and what was typed for it. */
export interface TypedPath {
  /** `--figures`. */
  readonly option: string;
  readonly path: string;
}

/**
 * The folder that an option names for new files; it may not exist yet. To be called before anything is computed.
 * @throws ConfigurationError if it is not a folder and cannot become one.
 */
export function folderToWrite({ directory }: Pick<CliContext, 'directory'>, typed: TypedPath): string {
  const folder = resolve(directory, typed.path);
  for (let path = folder; ; path = dirname(path)) {
    const stats = ifThere(() => lstatSync(path));
    if (!stats) continue;
    const name = path === folder ? `"${typed.path}"` : `"${path}"`;
    const target = ifThere(() => statSync(path));
    if (!target) throw wrong(typed, `${name} is a symlink, and what it points to does not exist.`, folderHint);
    if (!target.isDirectory()) throw wrong(typed, `${name} is a file, not a folder.`, folderHint);
    if (!isWritable(path)) throw wrong(typed, `You may not write to the folder ${name}.`, folderHint);
    return folder;
  }
}

const folderHint = 'name a folder that exists, or that can be created';

/**
 * The file that an option names, to be written; its folder exists. To be called before anything is computed.
 * @throws ConfigurationError if it cannot be written there.
 */
export function fileToWrite({ directory }: Pick<CliContext, 'directory'>, typed: TypedPath): string {
  const file = resolve(directory, typed.path);
  const hint = 'name a file in a folder that exists';
  if (typed.path.endsWith(sep) || ifThere(() => statSync(file))?.isDirectory())
    throw wrong(typed, `"${typed.path}" is a folder, not a file.`, hint);
  const folder = ifThere(() => statSync(dirname(file)));
  if (!folder) throw wrong(typed, `There is no folder "${dirname(file)}".`, hint);
  if (!folder.isDirectory()) throw wrong(typed, `"${dirname(file)}" is a file, not a folder.`, hint);
  if (!isWritable(ifThere(() => statSync(file)) ? file : dirname(file)))
    throw wrong(typed, `You may not write to "${typed.path}".`, 'name a file in a folder that you may write to');
  return file;
}

/** @throws ConfigurationError if a folder is, or is below, a file that is written, too. */
export function checkApart(folder: TypedPath & { readonly resolved: string }, file: string): void {
  if (folder.resolved !== file && !folder.resolved.startsWith(`${file}${sep}`)) return;
  throw wrong(folder, `"${folder.path}" is also the file of the report.`, folderHint);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

function wrong({ option, path }: TypedPath, message: string, hint: string): ConfigurationError {
  const origin = { option: `${option} ${path}`, column: option.length + 2, length: path.length };
  return new ConfigurationError([{ message, origin, hint }]);
}

/**
 * Writes a file under a name that nobody typed: what was there before is replaced, and a symlink is not followed, because whoever made it
 * chose another file. Makes its folder if it is missing.
 */
export function replaceOwnFile(path: string, content: string | Uint8Array): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  explaining(path, () => {
    makeFolder(dirname(path));
    try {
      rmSync(draft, { force: true });
      writeFileSync(draft, content, { flag: 'wx' });
      renameSync(draft, path);
    } finally {
      rmSync(draft, { force: true });
    }
  });
}

/** Writes to a path that the user typed: it may also be a device or a pipe, such as /dev/stdout. */
export function writeTyped(path: string, content: string): void {
  explaining(path, () => writeFileSync(path, content));
}

function explaining(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new EnvironmentError(`${path} cannot be written: ${reasonOf(error)}.`, {
      hint: hasCode(error, 'ENOSPC', 'EDQUOT')
        ? 'free some space, or choose another place'
        : 'choose another place, or remove what is there',
      cause: error,
    });
  }
}
