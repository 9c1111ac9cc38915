import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isSystemError } from '../../disk/codes.ts';

/** Names of files that a stage wrote without declaring them, sorted; they are not kept. */
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

/** If the folder disappeared or is locked, there are no strays; publishing reports the problem. */
function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((error: unknown) => {
    if (isSystemError(error)) return [];
    throw error;
  });
}
