import { EnvironmentError } from '../problem/errors.ts';
import type { Environment } from './location.ts';

/** The backends there are. */
export type BackendName = 'tensorflow' | 'wasm';

const names: readonly string[] = ['auto', 'tensorflow', 'wasm'];

/** The backend the user asked for, by `PIPE_BACKEND`. @throws EnvironmentError where it names none. */
export function chosenBackend(environment: Environment): BackendName | 'auto' {
  const name = environment['PIPE_BACKEND'] || 'auto';
  if (names.includes(name)) return name as BackendName | 'auto';
  throw new EnvironmentError(`PIPE_BACKEND is ${JSON.stringify(name)}, and there is no such backend`, {
    hint: `it can be ${names.join(', ')}`,
  });
}
