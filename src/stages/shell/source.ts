import { statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { ShellConfig } from './config.ts';

/** What makes a path a pattern to fast-glob. */
const special = /[*?[\]{}()!+@|\\]/u;

/**
 * The files that paths and globs name, relative to a folder, sorted. Symbolic links are followed; dot files need a pattern that says so.
 * @throws EnvironmentError for a pattern that names no file: most are misspelt.
 */
export async function declaredFiles(patterns: readonly string[], directory: string): Promise<readonly string[]> {
  if (patterns.length === 0) return [];
  const found = await Promise.all(
    patterns.map(async (pattern) => {
      const files = await filesMatching(pattern, directory);
      if (files.length > 0) return files;
      throw new EnvironmentError(`No file matches "${pattern}" in ${directory}.`, {
        hint: 'correct the pattern under `files`, or take it out',
      });
    }),
  );
  return [...new Set(found.flat())].sort();
}

async function filesMatching(pattern: string, directory: string): Promise<readonly string[]> {
  // Most patterns are plain paths, which are looked up in less time than it takes to load what reads the others.
  if (!special.test(pattern) && pattern === posix.normalize(pattern)) {
    return isFile(join(directory, pattern)) ? [pattern] : [];
  }
  const { default: fastGlob } = await import('fast-glob');
  return fastGlob(pattern, { cwd: directory, onlyFiles: true, followSymbolicLinks: true });
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
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
