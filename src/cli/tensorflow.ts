import { createInterface } from 'node:readline/promises';
import { type BackendName, chosenBackend, portableNotice, setup, usableBuild } from '../compute/index.ts';
import { findGpus } from '../compute/setup/gpu.ts';
import { whyImpossible } from '../compute/setup/possible.ts';
import { UnseenGpuError } from '../compute/setup/probe.ts';
import { EnvironmentError, InterruptedError } from '../problem/errors.ts';
import { type CliContext, warn } from './context.ts';
import { openTaskDisplay } from './display.ts';
import type { BackendOptions } from './options.ts';

/**
 * Makes sure that there is a backend, and returns it. If TensorFlow is missing, it is set up, after a question on a terminal without
 * `--yes`. If that is impossible on this machine, the portable backend is used, unless TensorFlow was requested.
 */
export async function ensureBackend(
  context: CliContext,
  { backend, gpu, yes }: BackendOptions,
  signal: AbortSignal,
): Promise<BackendName> {
  const { environment, stderr, stdin } = context;
  const chosen = gpu ? 'tensorflow' : (backend ?? chosenBackend(environment));
  if (chosen === 'wasm' || chosen === 'javascript') return chosen;
  if (gpu) await refuseWithoutGpu(environment);
  if ((await usableBuild({ environment, build: gpu ? 'gpu' : 'auto' })) !== undefined) return 'tensorflow';
  if (gpu) refuseUnasked(context, yes);
  const fallBack = (reason: EnvironmentError) => {
    warn(context, portableNotice(reason));
    return 'wasm' as const;
  };
  const impossible = chosen === 'auto' ? whyImpossible(environment) : undefined;
  if (impossible) return fallBack(impossible);
  if (!yes && stdin().isTTY && !(await agrees(context, signal))) {
    throw new EnvironmentError('TensorFlow is not set up.', {
      hint: `run pipe setup${gpu ? ' --gpu' : ''}, or compute without it, several times slower: --backend wasm`,
    });
  }
  stderr.write('setting up TensorFlow, once for this user\n');
  try {
    await setUpTensorflow(context, gpu, signal);
    return 'tensorflow';
  } catch (error) {
    const isFinal = !(error instanceof EnvironmentError) || error instanceof UnseenGpuError;
    if (chosen !== 'auto' || signal.aborted || isFinal) throw error;
    return fallBack(error);
  }
}

/** A GPU that was asked for and is not there is an error: otherwise the CUDA build would be downloaded, or compute on the CPU, for hours. */
async function refuseWithoutGpu(environment: CliContext['environment']): Promise<void> {
  if ((await findGpus(environment)).length === 0) {
    throw new EnvironmentError('There is no usable NVIDIA GPU: nvidia-smi lists none.', {
      hint: 'omit --gpu; if CUDA_VISIBLE_DEVICES is set, it may hide the GPU',
    });
  }
}

/** The CUDA build is about 3 GB: it is not downloaded without a question if nobody can answer. */
function refuseUnasked({ stdin }: CliContext, yes: boolean): void {
  if (yes || stdin().isTTY) return;
  throw new EnvironmentError(
    'The CUDA build of TensorFlow is not set up. It is about 3 GB, so it is downloaded only on request.',
    {
      hint: 'run pipe setup --gpu, or add --yes',
    },
  );
}

/** Sets up TensorFlow and shows the progress; resolves to its path. */
export async function setUpTensorflow(context: CliContext, gpu: boolean, signal: AbortSignal): Promise<string> {
  const { environment } = context;
  const display = await openTaskDisplay(context);
  try {
    const build = gpu ? 'gpu' : 'auto';
    const { directory } = await setup({ environment, build, onProgress: display.progress, signal });
    return directory;
  } finally {
    display.end();
  }
}

async function agrees({ stdin, stderr }: CliContext, signal: AbortSignal): Promise<boolean> {
  const ask = createInterface({ input: stdin(), output: stderr.stream });
  const controller = new AbortController();
  const leave = (how: string) => () => controller.abort(new InterruptedError(how));
  // While a line is read, Ctrl-C and Ctrl-D arrive as keys, not as a signal.
  ask.once('SIGINT', leave('stopped by Ctrl-C')).once('close', leave('there was no answer'));
  const left = AbortSignal.any([signal, controller.signal]);
  try {
    const question = 'TensorFlow is not set up yet. Download and build it now? [Y/n] ';
    const answer = await ask.question(question, { signal: left });
    return /^(y|yes)?$/iu.test(answer.trim());
  } catch (error) {
    throw left.aborted ? left.reason : error;
  } finally {
    ask.close();
  }
}
