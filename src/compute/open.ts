import { EnvironmentError } from '../problem/errors.ts';
import type { Backend } from './backend.ts';
import { type BackendChoice, chosenBackend } from './chosen-backend.ts';
import { whyImpossible } from './setup/possible.ts';
import { UnseenGpuError } from './setup/probe.ts';
import { openTensorflow, type TensorflowOptions, threadsOf } from './tensorflow.ts';
import { xlaSteps } from './variables.ts';
import { withoutXla } from './xla.ts';

/** Which backend, and how it computes. */
export interface OpenOptions extends TensorflowOptions {
  /** Default: `PIPE_BACKEND`, otherwise `auto`: native TensorFlow, or WebAssembly if that is not available. */
  readonly backend?: BackendChoice;
}

let opened: Promise<Backend> | undefined;

/**
 * Loads a backend and makes it that of this process; the first one opened stays.
 * @throws EnvironmentError if it is not set up or cannot be loaded, with the command to type.
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
  const isPortable = backend === 'javascript' || backend === 'wasm';
  if (isPortable && xlaSteps(options.environment) !== undefined) throw withoutXla(backend);
  // Loaded on demand, as they load TensorFlow.js.
  if (backend === 'javascript') return (await import('./javascript.ts')).openJavaScript();
  const portable = async () => (await import('./wasm/open.ts')).openWasm(threadsOf(options));
  if (backend === 'wasm') return portable();
  try {
    return await openTensorflow(options);
  } catch (error) {
    const mayFallBack =
      backend === 'auto' && (options.build ?? 'auto') === 'auto' && xlaSteps(options.environment) === undefined;
    if (!mayFallBack || !(error instanceof EnvironmentError) || error instanceof UnseenGpuError) throw error;
    const impossible = whyImpossible(options.environment);
    if (!impossible) throw error;
    return { ...(await portable()), notice: portableNotice(impossible) };
  }
}

/** One line for the user if the portable backend replaces TensorFlow. */
export function portableNotice({ message, hint }: EnvironmentError): string {
  const reason = message.replaceAll('\n', '; ');
  return `computing with WebAssembly, several times slower than TensorFlow: ${reason}${hint ? ` (${hint})` : ''}`;
}
