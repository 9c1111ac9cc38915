import type * as tfjs from '@tensorflow/tfjs-core';
import type { BackendName } from './chosen-backend.ts';
import type { Kernels } from './kernels.ts';
import type { ProgramSpec, TensorProgram } from './program.ts';

/** The library and device of the arithmetic, for people and for provenance. */
export interface Device {
  readonly backend: BackendName;
  /** Version of the library that does the arithmetic, e.g. `2.21.0`. */
  readonly version: string;
  readonly kind: 'gpu' | 'cpu';
  /** The GPU's name, or the CPU's model. */
  readonly name: string;
  /** For a CPU, the features that decide about its kernels: if they differ, results differ in their last bits. */
  readonly features?: string;
  /** Present if deterministic kernels were chosen, whose results do not depend on the order of threads. */
  readonly deterministic?: true;
  /** Threads on a CPU; undefined on a GPU. */
  readonly threads: number | undefined;
}

/** A loaded TensorFlow backend: the only access to tensors. */
export interface Backend {
  readonly device: Device;
  /** One line for the user, if this is not the best backend, or not at its best. */
  readonly notice?: string;
  readonly tf: typeof tfjs;
  readonly kernels: Kernels;
  /** How many training steps one call runs if XLA compiles them; undefined if it does not. */
  readonly xlaSteps?: number | undefined;
  /** Makes a program from functions over shared variables: compiled to one TensorFlow graph if that is possible, otherwise eager. */
  compile(spec: ProgramSpec): TensorProgram;
  /** The same program, one operation at a time: the reference for compiled programs. */
  interpret(spec: ProgramSpec): TensorProgram;
}
