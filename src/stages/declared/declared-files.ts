import { realpathSync, type Stats, stat, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { World } from '../../engine/definition.ts';
import { contentName } from '../../engine/key/key.ts';
import { EnvironmentError, joinedErrors, orRefusal } from '../../problem/errors.ts';

/** The environment variables that every stage with foreign code sees without declaring them; none is part of the key. */
export const alwaysPassed = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const;

/**
 * The files that paths and globs name, relative to a folder, sorted. A pattern that begins with `!` excludes what it matches. Any other
 * pattern that is the path of a file is that file, whatever characters it contains. Symlinks are followed, but not in cycles; names that
 * begin with a dot need a pattern that begins with a dot.
 * @throws EnvironmentError for all patterns that match no file, which are usually typos, or a broken symlink.
 */
export async function declaredFiles(patterns: readonly string[], directory: string): Promise<readonly string[]> {
  if (patterns.length === 0) return [];
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const found = await Promise.all(wanted.map((pattern) => orRefusal(filesOf(pattern, excluded, directory))));
  const refusals = found.filter((each) => each instanceof EnvironmentError);
  if (refusals.length > 0) throw joinedErrors(refusals);
  return [...new Set(found.flatMap((each) => (each instanceof EnvironmentError ? [] : each)))].sort();
}

async function filesOf(pattern: string, excluded: readonly string[], directory: string): Promise<readonly string[]> {
  const kind = kindOf(pattern, directory);
  if (kind?.isFile() && excluded.length === 0) return [pattern];
  // Loaded on demand: most patterns are plain paths, which are looked up in less time than loading this takes.
  const { default: fastGlob } = await import('fast-glob');
  const literal = (path: string) => fastGlob.escapePath(path.replace(/\/$/u, ''));
  const ignore = excluded.flatMap((path) => {
    const there = kindOf(path, directory);
    if (there?.isDirectory()) return [literal(path), `${literal(path)}/**`];
    // A second exclamation mark is part of the file name.
    return [there ? literal(path) : path.replace(/^!(?!\()/u, '\\!')];
  });
  const entries = await fastGlob(kind?.isFile() ? literal(pattern) : pattern, {
    cwd: directory,
    onlyFiles: false,
    objectMode: true,
    ignore,
    dot: kind?.isFile() ?? false,
    fs: { stat: statOutsideCircles },
  });
  const broken = entries.find(({ dirent, path }) => dirent.isSymbolicLink() && !kindOf(path, directory));
  if (broken) throw leadsNowhere(broken.path, pattern);
  const files = entries.filter(({ dirent }) => dirent.isFile()).map(({ path }) => path);
  if (files.length > 0 || kind?.isFile()) return files;
  throw new EnvironmentError(`No file matches "${pattern}" in ${directory}.`, {
    hint: kind?.isDirectory()
      ? `it is a directory: "${pattern.replace(/\/$/u, '')}/**" matches all files in it`
      : `correct the pattern under \`files\`, or remove it${excluded.length > 0 ? '; what it matches may be excluded' : ''}`,
  });
}

function kindOf(path: string, directory: string): Stats | undefined {
  return statSync(join(directory, path), { throwIfNoEntry: false });
}

/** Refuses a symlink to a folder that the walk came through: it skips such a symlink instead of looping until memory is full. */
function statOutsideCircles(path: string, callback: (error: NodeJS.ErrnoException | null, stats: Stats) => void): void {
  stat(path, (error, stats) => {
    const isCircle = !error && stats.isDirectory() && cameThrough(path, realpathSync(path));
    callback(isCircle ? Object.assign(new Error('a cycle of symlinks'), { code: 'ELOOP' }) : error, stats);
  });
}

function cameThrough(path: string, folder: string): boolean {
  for (let above = dirname(path); ; above = dirname(above)) {
    if (`${realpathSync(above)}${sep}`.startsWith(`${folder}${sep}`)) return true;
    if (above === dirname(above)) return false;
  }
}

function leadsNowhere(path: string, pattern: string): EnvironmentError {
  return new EnvironmentError(`${path}, which "${pattern}" matches, is a broken symlink.`, {
    hint: 'fix or remove the symlink, or exclude it under `files` with a pattern that begins with "!"',
  });
}

/** The content of each declared file by its path, in the form used in keys: its digest, followed by `*` if it is executable. */
export async function declaredContents(
  patterns: readonly string[],
  world: World,
): Promise<Readonly<Record<string, string>>> {
  const paths = await declaredFiles(patterns, world.directory);
  const contents = await Promise.all(paths.map(async (path) => [path, await contentOf(path, world)] as const));
  return Object.fromEntries(contents);
}

async function contentOf(path: string, world: World): Promise<string> {
  const digest = await world.digest(join(world.directory, path));
  const executable = ((kindOf(path, world.directory)?.mode ?? 0) & 0o100) !== 0;
  return contentName({ digest, directory: false, executable });
}
