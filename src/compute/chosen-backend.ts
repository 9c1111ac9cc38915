import { EnvironmentError } from '../problem/errors.ts';
import type { Environment } from './location.ts';

/** The backends: native TensorFlow, TensorFlow.js as WebAssembly, TensorFlow.js in plain JavaScript. */
const backendNames = ['tensorflow', 'wasm', 'javascript'] as const;

/** A backend by its name. */
export type BackendName = (typeof backendNames)[number];

/** What may be requested: a backend, or the best one available. */
export const backendChoices = ['auto', ...backendNames] as const;

/** The requested backend. */
export type BackendChoice = (typeof backendChoices)[number];

/** The backend that the user requested with `PIPE_BACKEND`. @throws EnvironmentError if it is unknown. */
export function chosenBackend(environment: Environment): BackendChoice {
  const name = environment['PIPE_BACKEND'] || 'auto';
  const choice = backendChoices.find((each) => each === name);
  if (choice) return choice;
  throw new EnvironmentError(`PIPE_BACKEND is ${JSON.stringify(name)}, but there is no such backend`, {
    hint: `set it to ${backendChoices.join(', ')}`,
  });
}
