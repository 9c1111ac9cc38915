import { readdirSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Removes a directory and all in it. Asks for less than `rmSync`, which looks at everything once more: that is for what resists. */
export function removeTree(directory: string): void {
  try {
    remove(directory);
  } catch {
    rmSync(directory, { recursive: true, force: true });
  }
}

function remove(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) remove(path);
    else unlinkSync(path);
  }
  rmdirSync(directory);
}
