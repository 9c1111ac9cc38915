import {
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { stateOf } from '../../disk/file-state.ts';
import type { WorkplaceContext } from '../../engine/definition.ts';
import { StageError } from '../../problem/errors.ts';
import { declaredFiles } from '../declared/declared-files.ts';
import type { ShellConfig } from './schema.ts';

/** Smaller files are copied at once, synchronously: a trip to the thread pool costs more than the copying. */
const smallBytes = 256 * 1024;

/** The content of a command's folder before it runs. */
export interface Laid {
  /** Within the folder. */
  readonly paths: ReadonlySet<string>;
  /** @throws StageError if the target of a symlink has changed: the result would not match its key. */
  checkLinks(): void;
}

/**
 * Places the inputs and files of a command in its folder. Copies are reflinks if the file system supports them; inputs are moved then,
 * because they are this stage's own copies. Links are symlinks: a hard link could be written through, too, and would change the times that
 * show whether an object was touched.
 */
export async function layOut(
  { config, inputs }: Pick<WorkplaceContext<ShellConfig>, 'config' | 'inputs'>,
  directory: string,
  folder: string,
): Promise<Laid> {
  const paths = new Set<string>();
  const links: Link[] = [];
  const place = (path: string) => {
    const to = join(folder, path);
    makeFolderOf(to, folder);
    paths.add(path);
    return to;
  };
  const copy = async (from: string, path: string) => {
    const to = place(path);
    if (statSync(from).size > smallBytes) await copyFile(from, to, constants.COPYFILE_FICLONE);
    else copyFileSync(from, to, constants.COPYFILE_FICLONE);
  };
  const link = (from: string, path: string) => {
    const target = realpathSync.native(from);
    symlinkSync(target, place(path));
    links.push({ path, target, state: stateOf(target)?.text });
  };
  const move = (from: string, path: string) => {
    const to = place(path);
    renameSync(from, to);
    if (statSync(to).isDirectory()) for (const file of filesIn(to)) paths.add(join(path, file));
  };
  /** The command has its own folders, so that what it writes to them affects nobody. */
  const linkInput = (from: string, path: string) => {
    if (!statSync(from).isDirectory()) return link(from, path);
    mkdirSync(place(path));
    for (const file of filesIn(from)) link(join(from, file), join(path, file));
  };
  const isLinked = config.lay === 'link';
  for (const path of await declaredFiles(config.files, directory)) {
    await (isLinked ? link : copy)(resolve(directory, path), path);
  }
  for (const [name, path] of Object.entries(config.inputs)) {
    const input = inputs[name];
    if (input !== undefined) (isLinked ? linkInput : move)(input, path);
  }
  for (const path of Object.values(config.outputs)) makeFolderOf(join(folder, path), folder);
  return { paths, checkLinks: () => checkLinks(links) };
}

interface Link {
  readonly path: string;
  readonly target: string;
  /** Of the target, before the command ran. */
  readonly state: string | undefined;
}

function checkLinks(links: readonly Link[]): void {
  const changed = links.filter(({ target, state }) => stateOf(target)?.text !== state).map(({ path }) => path);
  if (changed.length === 0) return;
  const named = `${changed.slice(0, 5).join(', ')}${changed.length > 5 ? ' and more' : ''}`;
  throw new StageError(`inputs or files of the command changed while it ran: ${named}`, {
    hint: 'with `lay: link` a command must not write to its inputs and files: change a copy instead, or set `lay: copy`',
  });
}

function makeFolderOf(path: string, root: string): void {
  if (dirname(path) !== root) mkdirSync(dirname(path), { recursive: true });
}

/** Paths of all files below a folder. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
