import { createInterface } from 'node:readline/promises';
import { usableBuild } from '../compute/index.ts';
import { EnvironmentError } from '../problem/errors.ts';
import type { RunOptions } from './arguments.ts';
import { setUpTensorflow } from './commands/setup.ts';
import type { Surroundings } from './workspace.ts';

/** Makes sure that TensorFlow is there: asks on a terminal, does it without asking elsewhere or given `--yes`. */
export async function ensureTensorflow(
  surroundings: Surroundings,
  options: Pick<RunOptions, 'gpu' | 'yes'>,
  signal: AbortSignal,
): Promise<void> {
  const { environment, stderr, stdin } = surroundings;
  const build = await usableBuild({ environment, build: options.gpu ? 'gpu' : 'auto' });
  if (build !== undefined) return;
  if (stdin.isTTY && !options.yes) {
    const ask = createInterface({ input: stdin, output: stderr });
    const answer = await ask.question('TensorFlow is not set up yet. Download and build it now? [Y/n] ', { signal });
    ask.close();
    if (!/^(y|yes)?$/i.test(answer.trim())) {
      throw new EnvironmentError('TensorFlow is not set up', { hint: 'pipe setup' });
    }
  }
  stderr.write('setting TensorFlow up, once for this user\n');
  await setUpTensorflow(surroundings, options.gpu, signal);
}
