import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ifThere } from '../../disk/codes.ts';
import { EnvironmentError } from '../../problem/errors.ts';

/**
 * Checks, without writing, that a store can be written to a directory, or created there.
 * @throws EnvironmentError if it cannot.
 */
export function checkWritable(directory: string): void {
  let nearest = resolve(directory);
  while (ifThere(() => statSync(nearest)) === undefined && dirname(nearest) !== nearest) nearest = dirname(nearest);
  if (!statSync(nearest).isDirectory()) {
    throw new EnvironmentError(
      `The artifacts directory ${directory} cannot be created: ${nearest} is not a directory.`,
      {
        hint: 'Choose another place with --artifacts DIR.',
      },
    );
  }
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new EnvironmentError(`The artifacts directory ${directory} is not writable.`, {
      hint: 'Check its owner and whether it is mounted read-only, or choose another place with --artifacts DIR.',
      cause: error,
    });
  }
}
