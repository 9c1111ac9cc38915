import type { StageJob } from '../engine/run/executor.ts';

/** The devices for the places of lanes. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Device ids for the places of the `gpu` lane, in order; empty if there is no GPU to choose. */
  readonly gpuDevices: readonly string[];
}

/** Variables that tell common libraries how many threads to start: OpenMP, BLAS, MKL, Accelerate, numexpr, polars, rayon, TensorFlow. */
const threadVariables = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'POLARS_MAX_THREADS',
  'RAYON_NUM_THREADS',
  'TF_NUM_INTRAOP_THREADS',
];

/** The variables for a stage's processes: the device of their place, and how many threads they may start. */
export function placeVariables(
  { lane, place, cpus }: Pick<StageJob, 'lane' | 'place' | 'cpus'>,
  { environment, gpuDevices }: Machine,
): Readonly<Record<string, string>> {
  // Devices that the user hides from pipe are never used, in any lane.
  const device = (lane === 'gpu' ? gpuDevices[place] : undefined) ?? environment['CUDA_VISIBLE_DEVICES'];
  return {
    ...(device !== undefined && { CUDA_VISIBLE_DEVICES: device }),
    ...(cpus !== undefined && Object.fromEntries(threadVariables.map((name) => [name, String(cpus)]))),
  };
}
