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

function reasonOf(outcome: { killedBy: string | undefined; stderr: string }): string {
  if (outcome.killedBy === 'SIGILL' || outcome.stderr.includes('AVX')) return 'this processor lacks AVX';
  const error = /^Error: (.*)$/m.exec(outcome.stderr)?.[1];
  return error ?? (lastLines(outcome.stderr, 3) || `its process was ended by ${outcome.killedBy ?? 'an error'}`);
}
