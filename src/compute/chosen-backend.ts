import { EnvironmentError } from '../problem/errors.ts';
import type { Environment } from './location.ts';

/** The backends there are: native TensorFlow, TensorFlow.js as WebAssembly, TensorFlow.js in plain JavaScript. */
const backendNames = ['tensorflow', 'wasm', 'javascript'] as const;

/** A backend by its name. */
export type BackendName = (typeof backendNames)[number];

/** What may be asked for: a backend, or the best there is. */
export const backendChoices = ['auto', ...backendNames] as const;

/** What was asked for. */
export type BackendChoice = (typeof backendChoices)[number];

/** The backend the user asked for, by `PIPE_BACKEND`. @throws EnvironmentError if it names none. */
export function chosenBackend(environment: Environment): BackendChoice {
  const name = environment['PIPE_BACKEND'] || 'auto';
  const choice = backendChoices.find((each) => each === name);
  if (choice) return choice;
  throw new EnvironmentError(`PIPE_BACKEND is ${JSON.stringify(name)}, but there is no such backend`, {
    hint: `set it to ${backendChoices.join(', ')}`,
  });
}
