import { join } from 'node:path';
import { sha256 } from '../disk/sha256.ts';
import { EnvironmentError } from '../problem/errors.ts';
import { codeFlag } from './compiled-code.ts';
import { isDeterministic } from './determinism.ts';
import { cacheDirectory, type Environment, setupPrefix, tensorflowVersion } from './location.ts';
import { xlaSteps, xlaVariable } from './variables.ts';

/** The same environment, in which XLA compiles whole training steps. @param steps that one call runs. */
export function xlaEnvironment(environment: Environment, steps: number): Environment {
  return { ...environment, [xlaVariable]: String(steps) };
}

/** The error for a backend that has no XLA. */
export function withoutXla(backend: string): EnvironmentError {
  return new EnvironmentError(`XLA is to compile training steps, and the backend ${backend} has no XLA`, {
    hint: `leave out --xla (${xlaVariable}), or compute with native TensorFlow: pipe setup`,
  });
}

/** If it is 1, XLA may compile training steps on a GPU, where it was seen to train wrongly. */
export const xlaOnGpuVariable = 'PIPE_XLA_ON_GPU';

/** @throws EnvironmentError unless the user wants XLA's steps on a GPU all the same: on the GPU that was measured, they trained wrongly. */
export function refuseXlaOnGpu(environment: Environment): void {
  if (environment[xlaOnGpuVariable] === '1') return;
  throw new EnvironmentError('XLA is to compile training steps on a GPU, and such steps trained wrongly on an H200', {
    hint: `leave out --xla (${xlaVariable}); to try it all the same, set ${xlaOnGpuVariable}=1 and compare with a run without XLA`,
  });
}

/**
 * The variables that XLA reads as TensorFlow is loaded. XLA finds the assembler and the library of device functions that the GPU build
 * brought with it, keeps what it compiled, and computes the same bits in every run where that is asked for.
 * @param device what XLA compiles for: no other device loads the same code. @param directory of the GPU build; undefined on a CPU.
 * @param open says whether a folder can keep compiled code.
 */
export function xlaVariables(
  environment: Environment,
  device: string,
  directory: string | undefined,
  open: (folder: string) => boolean = () => true,
): Readonly<Record<string, string>> {
  const flags = { xla: environment['XLA_FLAGS'] ?? '', jit: environment['TF_XLA_FLAGS'] ?? '' };
  // A value that is not a flag is the name of a file with flags.
  const isFile = flags.xla !== '' && !flags.xla.trimStart().startsWith('-');
  if (directory !== undefined && !isFile) {
    flags.xla = withFlag(flags.xla, 'xla_gpu_cuda_data_dir', join(directory, 'nvidia', 'cuda_nvcc'));
    if (isDeterministic(environment)) flags.xla = withFlag(flags.xla, 'xla_gpu_deterministic_ops', 'true');
  }
  if (xlaSteps(environment) !== undefined && !flags.jit.includes(`--${codeFlag}`)) {
    const folder = codeFolder(environment, `${device} ${flags.xla}`);
    if (open(folder)) flags.jit = withFlag(flags.jit, codeFlag, folder);
  }
  return { ...(flags.xla && { XLA_FLAGS: flags.xla }), ...(flags.jit && { TF_XLA_FLAGS: flags.jit }) };
}

/** The folder for code that XLA compiled for a device; `pipe setup --remove` removes it with the rest of TensorFlow. */
function codeFolder(environment: Environment, device: string): string {
  const build = `${setupPrefix}${tensorflowVersion}-xla`;
  return join(cacheDirectory(environment), build, sha256(device).slice(0, 12));
}

function withFlag(given: string, name: string, value: string): string {
  if (given.includes(`--${name}`)) return given;
  const flag = `--${name}=${/\s/u.test(value) ? `"${value}"` : value}`;
  return given === '' ? flag : `${given} ${flag}`;
}
