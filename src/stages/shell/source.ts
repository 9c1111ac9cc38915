import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { ShellConfig } from './config.ts';

/**
 * The files that paths and globs name, relative to a folder, sorted. What is the name of a file is that file, whatever signs are in it.
 * Symbolic links are followed; dot files need a pattern that says so.
 * @throws EnvironmentError for a pattern that names no file, for most are misspelt, and for a link that leads nowhere.
 */
export async function declaredFiles(patterns: readonly string[], directory: string): Promise<readonly string[]> {
  if (patterns.length === 0) return [];
  const found = await Promise.all(
    patterns.map(async (pattern) => {
      const kind = statSync(join(directory, pattern), { throwIfNoEntry: false });
      if (kind?.isFile()) return [pattern];
      // Loaded here: most patterns are plain paths, which are looked up in less time than loading this takes.
      const { default: fastGlob } = await import('fast-glob');
      const entries = await fastGlob(pattern, { cwd: directory, onlyFiles: false, objectMode: true });
      const broken = entries.find(({ dirent }) => dirent.isSymbolicLink());
      if (broken) throw leadsNowhere(broken.path, pattern);
      const files = entries.filter(({ dirent }) => dirent.isFile()).map(({ path }) => path);
      if (files.length > 0) return files;
      throw new EnvironmentError(`No file matches "${pattern}" in ${directory}.`, {
        hint: kind?.isDirectory()
          ? `it is a directory: "${pattern.replace(/\/$/u, '')}/**" names all files in it`
          : 'correct the pattern under `files`, or take it out',
      });
    }),
  );
  return [...new Set(found.flat())].sort();
}

function leadsNowhere(path: string, pattern: string): EnvironmentError {
  return new EnvironmentError(`${path}, which "${pattern}" matches, is a symbolic link that leads nowhere.`, {
    hint: 'mend or remove the link, or write a pattern under `files` that leaves it out',
  });
}

/** The digests of the declared files, and the values of the variables that are passed on. */
export async function observeShell({ files, pass }: ShellConfig, world: World): Promise<JsonObject> {
  const paths = await declaredFiles(files, world.directory);
  const digests = await Promise.all(
    paths.map(async (path) => [path, await world.digest(join(world.directory, path))] as const),
  );
  const passed = pass.map((name) => [name, world.environment[name] ?? null] as const);
  return {
    ...(paths.length > 0 && { files: Object.fromEntries(digests) }),
    ...(pass.length > 0 && { environment: Object.fromEntries(passed) }),
  };
}
