import type { Environment } from '../location.ts';
import { findExecutable, runExecutable } from './executable.ts';

/** An NVIDIA GPU that this process may use. */
export interface Gpu {
  /** E.g. `NVIDIA H200`. */
  readonly name: string;
  /** Its name in CUDA_VISIBLE_DEVICES. */
  readonly index: string;
  readonly uuid: string;
  /** Version of the driver, e.g. `570.86.15`. */
  readonly driver: string;
}

/** The oldest driver that runs CUDA 12 programs, for any 12.x that they were built with. */
export const oldestDriver = 525;

/** Whether TensorFlow's GPU build can compute on it. */
export function isUsable(gpu: Gpu): boolean {
  return Number.parseInt(gpu.driver, 10) >= oldestDriver;
}

const patienceMilliseconds = 20_000;

/** The NVIDIA GPUs that the driver reports, without those that CUDA_VISIBLE_DEVICES hides; empty if there is no driver. */
export async function findGpus(environment: Environment): Promise<readonly Gpu[]> {
  const smi = findExecutable(environment, 'nvidia-smi');
  if (!smi) return [];
  const { code, stdout } = await runExecutable(
    smi,
    ['--query-gpu=index,uuid,driver_version,name', '--format=csv,noheader'],
    { environment, timeoutMilliseconds: patienceMilliseconds },
  );
  if (code !== 0) return [];
  return visible(parse(stdout), environment['CUDA_VISIBLE_DEVICES']);
}

function parse(table: string): Gpu[] {
  return table
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [index = '', uuid = '', driver = '', ...name] = line.split(', ');
      return { index, uuid, driver, name: name.join(', ').trim() };
    });
}

/** In the order of CUDA_VISIBLE_DEVICES; the first unknown name hides itself and all after it, as in CUDA. */
function visible(gpus: readonly Gpu[], chosen: string | undefined): readonly Gpu[] {
  if (chosen === undefined) return gpus;
  const names = chosen.split(',').map((name) => name.trim());
  const found = names.map((name) =>
    // A part of a GPU has a name that nvidia-smi does not list with the GPUs.
    name.startsWith('MIG-')
      ? gpus[0]
      : gpus.find((gpu) => gpu.index === name || (name.startsWith('GPU-') && gpu.uuid.startsWith(name))),
  );
  const end = found.indexOf(undefined);
  return found.slice(0, end < 0 ? undefined : end).filter((gpu) => gpu !== undefined);
}
