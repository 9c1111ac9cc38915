import { EnvironmentError } from '../../problem/errors.ts';
import type { DigestCache } from './digest-cache.ts';
import { hasCode, isAbsent } from './failure.ts';
import { stateOf } from './file-state.ts';
import { sha256OfFile } from './sha256.ts';

/**
 * sha256 of a file outside the store; free while its state is one that was hashed before.
 * @throws EnvironmentError where there is no file to read.
 */
export async function digestOutside(path: string, states: DigestCache): Promise<string> {
  try {
    const present = stateOf(path);
    const known = present === undefined ? undefined : states.known(path, present);
    if (known !== undefined) return known;
    const { digest, state } = await sha256OfFile(path);
    states.remember(path, state, digest);
    return digest;
  } catch (error) {
    throw explain(error, path);
  }
}

function explain(error: unknown, path: string): unknown {
  if (isAbsent(error)) return new EnvironmentError(`There is no file ${path}.`, { cause: error });
  if (hasCode(error, 'EACCES', 'EPERM')) {
    return new EnvironmentError(`The file ${path} may not be read.`, {
      hint: 'Check its owner and its mode.',
      cause: error,
    });
  }
  if (hasCode(error, 'EISDIR')) return new EnvironmentError(`${path} is a directory, not a file.`, { cause: error });
  return error;
}
