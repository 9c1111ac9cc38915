import { availableParallelism } from 'node:os';
import type { Backend } from '../compute/index.ts';
import { cacheDirectory } from '../compute/location.ts';
import type { Services } from '../stages/services.ts';

/** The services of this machine: TensorFlow is loaded when a stage first needs it. */
export function machineServices(
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): Services {
  const threads = availableParallelism();
  let backend: Promise<Backend> | undefined;
  return {
    environment,
    directory,
    cacheDirectory: cacheDirectory(environment),
    threads,
    // Leaves one thread of the machine for the thread that feeds TensorFlow.
    viewWorkers: Math.max(1, threads - 1),
    now: () => performance.now() / 1000,
    backend: () => {
      // Loaded on demand: everything that reads a pipeline loads this file.
      backend ??= import('../compute/index.ts').then(({ openBackend }) => openBackend({ environment }));
      return backend;
    },
  };
}
