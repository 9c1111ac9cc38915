import type * as tfjs from '@tensorflow/tfjs-core';
import type { BackendName } from './chosen-backend.ts';
import type { Kernels } from './kernels.ts';
import type { ProgramSpec, TensorProgram } from './program.ts';

/** What does the arithmetic, for people and for provenance. */
export interface Device {
  readonly backend: BackendName;
  /** Version of the library that does the arithmetic, e.g. `2.21.0`. */
  readonly version: string;
  readonly kind: 'gpu' | 'cpu';
  /** The GPU's name, or the CPU's model. */
  readonly name: string;
  /** Of a CPU, by what its kernels are chosen: where it differs, results differ in their last bits. */
  readonly features?: string;
  /** Present where kernels were chosen whose results do not depend on which thread is first. */
  readonly deterministic?: true;
  /** Threads on a CPU; undefined on a GPU. */
  readonly threads: number | undefined;
}

/** A loaded TensorFlow backend: the only door to tensors. */
export interface Backend {
  readonly device: Device;
  /** One line for the user, if this is not the backend one would wish for. */
  readonly notice?: string;
  readonly tf: typeof tfjs;
  readonly kernels: Kernels;
  /** How many steps of a training one call runs if XLA compiles them; undefined if it does not. */
  readonly xlaSteps?: number | undefined;
  /** Makes a program of functions over shared variables: compiled to one TensorFlow graph if that is possible, eager elsewhere. */
  compile(spec: ProgramSpec): TensorProgram;
  /** The same program, an op at a time: the reference that compiled programs are compared with. */
  interpret(spec: ProgramSpec): TensorProgram;
}
