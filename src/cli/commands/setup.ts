import { removeSetup, setup } from '../../compute/index.ts';
import { setupDisplay } from '../../report/setup.ts';
import type { SetupOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../workspace.ts';

/** Sets TensorFlow up, showing how far it is. */
export async function setUpTensorflow(surroundings: Surroundings, gpu: boolean, signal?: AbortSignal): Promise<string> {
  const display = setupDisplay(surroundings.stderr, () => performance.now() / 1000);
  try {
    const { directory } = await setup({
      environment: surroundings.environment,
      build: gpu ? 'gpu' : 'auto',
      onProgress: display.progress,
      signal,
    });
    return directory;
  } finally {
    display.end();
  }
}

/** `pipe setup`: makes native TensorFlow usable for this user, or removes it. */
export async function setupCommand(surroundings: Surroundings, options: SetupOptions): Promise<number> {
  const { environment, stdout } = surroundings;
  if (options.remove) {
    const removed = await removeSetup(environment);
    stdout.write(removed.length > 0 ? `removed ${removed.join(', ')}\n` : 'there was nothing to remove\n');
    return exitCodes.done;
  }
  const directory = await setUpTensorflow(surroundings, options.gpu);
  stdout.write(`TensorFlow is ready in ${directory}\n`);
  return exitCodes.done;
}
