import { totalmem } from 'node:os';
import type { BackendChoice } from '../compute/chosen-backend.ts';
import { deterministicEnvironment } from '../compute/determinism.ts';
import { xlaEnvironment } from '../compute/xla.ts';
import type { CliContext } from './context.ts';

/** The environment of stages, in which command-line options override variables with the same meaning. */
export function machineEnvironment(
  environment: CliContext['environment'],
  {
    backend,
    xla,
    deterministic,
  }: {
    readonly backend: BackendChoice | undefined;
    readonly xla?: number;
    readonly deterministic: boolean;
  },
): CliContext['environment'] {
  const chosen = { ...environment, ...(backend && { PIPE_BACKEND: backend }) };
  const compiled = xla === undefined ? chosen : xlaEnvironment(chosen, xla);
  return deterministic ? deterministicEnvironment(compiled) : compiled;
}

/** The devices of the gpu lane's places: those in CUDA_VISIBLE_DEVICES, otherwise every NVIDIA GPU. */
export async function gpuDevices(environment: CliContext['environment']): Promise<readonly string[]> {
  const preset = environment['CUDA_VISIBLE_DEVICES'];
  if (preset !== undefined) {
    return preset
      .split(',')
      .map((device) => device.trim())
      .filter((device) => device !== '');
  }
  const { findGpus } = await import('../compute/setup/gpu.ts');
  return (await findGpus(environment)).map(({ uuid }) => uuid);
}

/** Bytes of memory that this process may use: those of the machine, or of its container. */
export function machineMemory(): number {
  const given = process.constrainedMemory();
  return given > 0 ? Math.min(given, totalmem()) : totalmem();
}
