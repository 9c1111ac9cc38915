import { removeSetup, setup as setUp } from '../../compute/index.ts';
import { openTaskDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import type { SetupOptions } from '../handlers.ts';
import { interruption } from '../interruption.ts';
import type { Surroundings } from '../surroundings.ts';

/** Sets TensorFlow up, showing how far it is; resolves to where it is. */
export async function setUpTensorflow(surroundings: Surroundings, gpu: boolean, signal: AbortSignal): Promise<string> {
  const { environment } = surroundings;
  const display = await openTaskDisplay(surroundings);
  try {
    const build = gpu ? 'gpu' : 'auto';
    const { directory } = await setUp({ environment, build, onProgress: display.progress, signal });
    return directory;
  } finally {
    display.end();
  }
}

/** `pipe setup`: makes native TensorFlow usable for this user, or removes it. */
export async function setup(surroundings: Surroundings, options: SetupOptions): Promise<number> {
  const { environment, stdout, stderr } = surroundings;
  if (options.remove) {
    const removed = await removeSetup(environment);
    stdout.write(removed.length > 0 ? `removed ${removed.join(', ')}\n` : 'there was nothing to remove\n');
    return exitCodes.done;
  }
  const stop = interruption((line) => stderr.write(`${line}\n`));
  try {
    const directory = await setUpTensorflow(surroundings, options.gpu, stop.signal);
    stdout.write(`TensorFlow is ready in ${directory}\n`);
    return exitCodes.done;
  } finally {
    stop.end();
  }
}
