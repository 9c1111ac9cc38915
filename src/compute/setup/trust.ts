import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../../problem/errors.ts';
import type { Environment, Location } from '../location.ts';

/**
 * Checks who may have written code that is about to be loaded, and its folders: only this user, root, or a user whose id is in
 * `PIPE_TRUSTED_OWNERS`.
 * @throws EnvironmentError with the first file or folder that somebody else owns or may write to.
 */
export function checkTrust({ directory }: Location, environment: Environment): void {
  const self = process.getuid?.();
  if (self === undefined) return;
  const trusted = new Set([self, 0, ...trustedOwners(environment)]);
  const inside = readdirSync(directory, { recursive: true }).map((path) => join(directory, String(path)));
  for (const path of [dirname(directory), directory, ...inside]) {
    const stats = lstatSync(path);
    if (!trusted.has(stats.uid)) {
      throw new EnvironmentError(
        `${path} contains code and belongs to another user (id ${stats.uid}), so it is not loaded`,
        {
          hint: `set up your own with PIPE_CACHE_DIR=/another/folder and pipe setup; if you trust that user, set PIPE_TRUSTED_OWNERS=${stats.uid}`,
        },
      );
    }
    if (!stats.isSymbolicLink() && (stats.mode & 0o022) !== 0) {
      throw new EnvironmentError(`${path} contains code and other users can write to it, so it is not loaded`, {
        hint: `if nobody has altered it, run: chmod go-w ${path}; otherwise remove it and run: pipe setup`,
      });
    }
  }
}

function trustedOwners(environment: Environment): readonly number[] {
  const named = environment['PIPE_TRUSTED_OWNERS'] ?? '';
  return named
    .split(/[\s,]+/u)
    .filter((id) => /^\d+$/u.test(id))
    .map(Number);
}
