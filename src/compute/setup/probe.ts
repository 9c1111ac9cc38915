import { EnvironmentError } from '../../problem/errors.ts';
import type { Environment } from '../location.ts';
import { lastLines, runExecutable } from './executable.ts';

/** An addon's report about itself, once loaded. */
export interface AddonFacts {
  /** TensorFlow's version, e.g. `2.21.0`. */
  readonly tensorflow: string;
  /** Whether TensorFlow found a GPU it can use. */
  readonly gpu: boolean;
}

const script = `
const module = { exports: {} };
process.dlopen(module, process.argv[1]);
const { TF_Version, isUsingGpuDevice } = module.exports;
process.stdout.write(JSON.stringify({ tensorflow: TF_Version, gpu: isUsingGpuDevice() }));
`;
const patienceMilliseconds = 120_000;

/**
 * Loads an addon in a separate process, because a broken library may crash it.
 * @throws EnvironmentError with the last output of the dynamic linker, or of TensorFlow.
 */
export async function probeAddon(
  addon: string,
  options: { environment: Environment; signal?: AbortSignal | undefined },
): Promise<AddonFacts> {
  const environment = { TF_CPP_MIN_LOG_LEVEL: '2', ...options.environment };
  const outcome = await runExecutable(process.execPath, ['-e', script, addon], {
    ...options,
    environment,
    timeoutMilliseconds: patienceMilliseconds,
  });
  if (outcome.code === 0) return JSON.parse(outcome.stdout) as AddonFacts;
  throw new EnvironmentError(
    `TensorFlow cannot be loaded from ${addon}: ${reasonOf(outcome).replace(`${addon}: `, '')}`,
    {
      hint: 'run pipe doctor to see what this machine lacks, or compute with WebAssembly, several times slower: --backend wasm',
    },
  );
}

/** There is a GPU that TensorFlow does not see. Nothing slower takes its place unasked. */
export class UnseenGpuError extends EnvironmentError {}

/**
 * The error for a build that loads, but sees none of the GPUs that the driver reports. It names the libraries that TensorFlow could not load:
 * TensorFlow writes their names only into its most detailed log, so the addon is loaded once more.
 */
export async function unseenGpu(
  addon: string,
  options: { environment: Environment; signal?: AbortSignal | undefined },
): Promise<UnseenGpuError> {
  const environment = { ...options.environment, TF_CPP_MIN_LOG_LEVEL: '0', TF_CPP_MAX_VLOG_LEVEL: '1' };
  const { stderr } = await runExecutable(process.execPath, ['-e', script, addon], {
    ...options,
    environment,
    timeoutMilliseconds: patienceMilliseconds,
  });
  const missing = missingLibraries(stderr);
  const lack = missing.length > 0 ? `: it cannot load ${missing.join(', ')}` : '';
  const isDriverMissing = missing.some((library) => /^lib(cuda|nvidia-ml)\.so/u.test(library));
  const cure = isDriverMissing
    ? 'install these libraries of the NVIDIA driver; in a container, let it use the GPU (docker run --gpus all)'
    : 'run pipe setup --gpu, which repairs its own files; a library in LD_LIBRARY_PATH may be in the way';
  return new UnseenGpuError(`TensorFlow does not see the GPU that nvidia-smi reports${lack}`, {
    hint: `${cure}; to compute on the CPU, set CUDA_VISIBLE_DEVICES to nothing`,
  });
}

/** The libraries that TensorFlow's log names as not loaded. */
function missingLibraries(log: string): readonly string[] {
  return [...new Set([...log.matchAll(/Could not load dynamic library '([^']+)'/gu)].map(([, name]) => name!))];
}

function reasonOf(outcome: { killedBy: string | undefined; stderr: string }): string {
  if (outcome.killedBy === 'SIGILL' || outcome.stderr.includes('AVX')) return 'this processor lacks AVX';
  const error = /^Error: (.*)$/m.exec(outcome.stderr)?.[1];
  return error ?? (lastLines(outcome.stderr, 3) || `its process was ended by ${outcome.killedBy ?? 'an error'}`);
}
