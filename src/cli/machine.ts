import { totalmem } from 'node:os';
import type { CliContext } from './context.ts';

/** The devices that places of the gpu lane stand for: those CUDA_VISIBLE_DEVICES names, else every NVIDIA GPU there is. */
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

/** Bytes of memory that this process may have: the machine's, or as much of it as its container is given. */
export function machineMemory(): number {
  const given = process.constrainedMemory();
  return given > 0 ? Math.min(given, totalmem()) : totalmem();
}
