import { removeSetup } from '../../compute/index.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruption } from '../interruption.ts';
import { setUpTensorflow } from '../tensorflow.ts';

interface SetupCommandOptions {
  readonly gpu: boolean;
  readonly remove: boolean;
}

export const command: CliCommand = {
  declare: (command) =>
    command
      .description('set up TensorFlow, once for this user; does nothing if it is set up')
      .option('--gpu', 'set up the CUDA build, for NVIDIA GPUs', false)
      .option('--remove', 'remove what was set up', false)
      .addHelpText('after', '\nExamples:\n  pipe setup\n  pipe setup --gpu\n  pipe setup --remove'),
  run: setup,
};

/** `pipe setup`: sets up native TensorFlow for this user, or removes it. */
async function setup(context: CliContext, options: SetupCommandOptions): Promise<number> {
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
