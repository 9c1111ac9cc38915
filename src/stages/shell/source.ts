import { join } from 'node:path';
import type { World } from '../../engine/definition.ts';
import type { JsonObject } from '../../json/json.ts';
import { EnvironmentError } from '../../problem/errors.ts';
import type { ShellConfig } from './config.ts';

/**
 * The files that paths and globs name, relative to a folder, sorted. Symbolic links are followed; dot files need a pattern that says so.
 * @throws EnvironmentError for a pattern that names no file: most are misspelt.
 */
export async function declaredFiles(patterns: readonly string[], directory: string): Promise<readonly string[]> {
  if (patterns.length === 0) return [];
  const { default: fastGlob } = await import('fast-glob');
  const found = await Promise.all(
    patterns.map(async (pattern) => {
      const files = await fastGlob(pattern, { cwd: directory, onlyFiles: true, followSymbolicLinks: true });
      if (files.length > 0) return files;
      throw new EnvironmentError(`No file matches "${pattern}" in ${directory}.`, {
        hint: 'correct the pattern under `files`, or take it out',
      });
    }),
  );
  return [...new Set(found.flat())].sort();
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
