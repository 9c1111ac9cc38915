import { removeSetup, setup as setUp } from '../../compute/index.ts';
import type { CliContext } from '../context.ts';
import { openTaskDisplay } from '../display.ts';
import { exitCodes } from '../exit-codes.ts';
import type { SetupOptions } from '../handlers.ts';
import { interruption } from '../interruption.ts';

/** Sets TensorFlow up, showing how far it is; resolves to where it is. */
export async function setUpTensorflow(context: CliContext, gpu: boolean, signal: AbortSignal): Promise<string> {
  const { environment } = context;
  const display = await openTaskDisplay(context);
  try {
    const build = gpu ? 'gpu' : 'auto';
    const { directory } = await setUp({ environment, build, onProgress: display.progress, signal });
    return directory;
  } finally {
    display.end();
  }
}

/** `pipe setup`: makes native TensorFlow usable for this user, or removes it. */
export async function setup(context: CliContext, options: SetupOptions): Promise<number> {
  const { environment, stdout, stderr } = context;
  if (options.remove) {
    const removed = await removeSetup(environment);
    stdout.write(removed.length > 0 ? `removed ${removed.join(', ')}\n` : 'there was nothing to remove\n');
    return exitCodes.done;
  }
  const stop = interruption((line) => stderr.write(`${line}\n`));
  try {
    const directory = await setUpTensorflow(context, options.gpu, stop.signal);
    stdout.write(`TensorFlow is ready in ${directory}\n`);
    return exitCodes.done;
  } finally {
    stop.end();
  }
}
