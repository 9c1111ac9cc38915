import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isSystemError } from '../../disk/codes.ts';

/** Names of what a stage wrote beside its outputs without declaring it, sorted: nothing keeps it. */
export async function strayFiles(outputPaths: readonly string[]): Promise<readonly string[]> {
  const declared = new Map<string, Set<string>>();
  for (const path of outputPaths) {
    const names = declared.get(dirname(path)) ?? new Set();
    declared.set(dirname(path), names.add(basename(path)));
  }
  const strays = await Promise.all(
    [...declared].map(async ([directory, names]) => (await namesIn(directory)).filter((name) => !names.has(name))),
  );
  return strays.flat().sort();
}

/** A folder that went under the stage, or that it locked, shows no strays; publishing says what is wrong with it. */
function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((error: unknown) => {
    if (isSystemError(error)) return [];
    throw error;
  });
}
