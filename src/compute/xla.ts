import { join } from 'node:path';
import { sha256 } from '../disk/sha256.ts';
import { EnvironmentError } from '../problem/errors.ts';
import { isDeterministic } from './determinism.ts';
import { cacheDirectory, type Environment, setupPrefix, tensorflowVersion } from './location.ts';

const variable = 'PIPE_XLA';

/** The same environment, in which XLA compiles whole training steps. @param steps that one call runs. */
export function xlaEnvironment(environment: Environment, steps: number): Environment {
  return { ...environment, [variable]: String(steps) };
}

/**
 * How many training steps a call of XLA's code runs; undefined if XLA does not compile them. @throws EnvironmentError if `PIPE_XLA` is not
 * such a number.
 */
export function xlaSteps(environment: Environment): number | undefined {
  const text = environment[variable] ?? '';
  if (text === '' || text === '0') return undefined;
  if (/^[1-9]\d{0,3}$/u.test(text)) return Number(text);
  throw new EnvironmentError(`${variable} is ${JSON.stringify(text)}, which is not a number of steps`, {
    hint: `it can be 1 or more, the training steps in one call; 0 or nothing: XLA does not compile them`,
  });
}

/** The error for a backend that has no XLA. */
export function withoutXla(backend: string): EnvironmentError {
  return new EnvironmentError(`XLA is to compile training steps, and the backend ${backend} has no XLA`, {
    hint: `leave out --xla (${variable}), or compute with native TensorFlow: pipe setup`,
  });
}

/**
 * The variables that XLA reads as TensorFlow is loaded. XLA finds the assembler and the library of device functions that the GPU build
 * brought with it, keeps what it compiled, and computes the same bits in every run where that is asked for.
 * @param device what XLA compiles for: no other device loads the same code. @param directory of the GPU build; undefined on a CPU.
 */
export function xlaVariables(
  environment: Environment,
  device: string,
  directory: string | undefined,
): Readonly<Record<string, string>> {
  const flags = { xla: environment['XLA_FLAGS'] ?? '', jit: environment['TF_XLA_FLAGS'] ?? '' };
  // A value that is not a flag is the name of a file with flags.
  const isFile = flags.xla !== '' && !flags.xla.trimStart().startsWith('-');
  if (directory !== undefined && !isFile) {
    flags.xla = withFlag(flags.xla, 'xla_gpu_cuda_data_dir', join(directory, 'nvidia', 'cuda_nvcc'));
    if (isDeterministic(environment)) flags.xla = withFlag(flags.xla, 'xla_gpu_deterministic_ops', 'true');
  }
  if (xlaSteps(environment) !== undefined) {
    const code = compiledCode(environment, `${device} ${flags.xla}`);
    flags.jit = withFlag(flags.jit, 'tf_xla_persistent_cache_directory', code);
  }
  return { ...(flags.xla && { XLA_FLAGS: flags.xla }), ...(flags.jit && { TF_XLA_FLAGS: flags.jit }) };
}

/** The folder for code that XLA compiled for a device; `pipe setup --remove` removes it with the rest of TensorFlow. */
function compiledCode(environment: Environment, device: string): string {
  const build = `${setupPrefix}${tensorflowVersion}-xla`;
  return join(cacheDirectory(environment), build, sha256(device).slice(0, 12));
}

function withFlag(given: string, name: string, value: string): string {
  if (given.includes(`--${name}`)) return given;
  const flag = `--${name}=${/\s/u.test(value) ? `"${value}"` : value}`;
  return given === '' ? flag : `${given} ${flag}`;
}
