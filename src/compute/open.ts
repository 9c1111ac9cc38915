import { EnvironmentError } from '../problem/errors.ts';
import type { Backend } from './backend.ts';
import type { Environment } from './location.ts';
import { whyImpossible } from './setup/possible.ts';
import { openTensorflow, type TensorflowOptions } from './tensorflow.ts';
import { openWasm } from './wasm/open.ts';

/** Which backend, and how it computes. */
export interface OpenOptions extends TensorflowOptions {
  /** By default what `PIPE_BACKEND` says, else `auto`: native TensorFlow, or WebAssembly where that cannot be had here. */
  readonly backend?: BackendName | 'auto';
}

/** The backends there are. */
export type BackendName = 'tensorflow' | 'wasm';

const names: readonly string[] = ['auto', 'tensorflow', 'wasm'];

let opened: Promise<Backend> | undefined;

/**
 * Loads a backend and makes it that of this process; the first one opened stays.
 * @throws EnvironmentError where it is not set up or cannot be loaded, saying what to type.
 */
export function openBackend(options: OpenOptions): Promise<Backend> {
  opened ??= open(options).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** The backend the user asked for, by `PIPE_BACKEND`. @throws EnvironmentError where it names none. */
export function chosenBackend(environment: Environment): BackendName | 'auto' {
  const name = environment['PIPE_BACKEND'] || 'auto';
  if (names.includes(name)) return name as BackendName | 'auto';
  throw new EnvironmentError(`PIPE_BACKEND is ${JSON.stringify(name)}, and there is no such backend`, {
    hint: `it can be ${names.join(', ')}`,
  });
}

async function open(options: OpenOptions): Promise<Backend> {
  const backend = options.backend ?? chosenBackend(options.environment);
  if (backend === 'wasm') return openWasm(options.threads);
  try {
    return await openTensorflow(options);
  } catch (error) {
    const mayFallBack = backend === 'auto' && (options.build ?? 'auto') === 'auto';
    if (!mayFallBack || !(error instanceof EnvironmentError)) throw error;
    const impossible = whyImpossible(options.environment);
    if (!impossible) throw error;
    return { ...(await openWasm(options.threads)), notice: portableNotice(impossible) };
  }
}

/** One line for the user where the portable backend takes TensorFlow's place. */
export function portableNotice({ message, hint }: EnvironmentError): string {
  return `computing with WebAssembly, several times slower than TensorFlow: ${message}${hint ? ` (${hint})` : ''}`;
}
