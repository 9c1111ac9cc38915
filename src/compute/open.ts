import { EnvironmentError } from '../problem/errors.ts';
import type { Backend } from './backend.ts';
import { type BackendName, chosenBackend } from './chosen-backend.ts';
import { whyImpossible } from './setup/possible.ts';
import { openTensorflow, type TensorflowOptions } from './tensorflow.ts';
import { openWasm } from './wasm/open.ts';

/** Which backend, and how it computes. */
export interface OpenOptions extends TensorflowOptions {
  /** By default what `PIPE_BACKEND` says, else `auto`: native TensorFlow, or WebAssembly where that cannot be had here. */
  readonly backend?: BackendName | 'auto';
}

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
