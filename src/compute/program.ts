import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** A variable that lives inside the program, float32. */
export interface VariableSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Its values, if they never change: a graph then contains them as a constant, which its operations prepare in memory once instead of at
   * every call. Such a variable is neither written nor updated.
   */
  readonly constant?: Float32Array;
}

/** An input of a function, fed at every call. `uint8` becomes float32 0..255 in the body. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'uint8';
}

/** What a function's body may do with the program's variables. Updates take effect together, after all reads. */
export interface Scope {
  /** The variable's value before this call. */
  read(name: string): Tensor;
  assign(name: string, value: Tensor): void;
  /** The value and the gradients of a scalar loss with respect to the named variables. */
  gradients(names: readonly string[], loss: () => Tensor): { loss: Tensor; gradients: Map<string, Tensor> };
  /**
   * One Adam step in Keras's form (Kingma & Ba 2015, the variant before section 2.1's last lines): m, v updated,
   * w -= rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon).
   * The moments are the variables `${name}/m` and `${name}/v`; the powers beta1^t, beta2^t the scalars `adam/beta1-power`, `adam/beta2-power`,
   * which start at beta1 and beta2 and are multiplied once per call, after all steps of the call.
   * @param rate scalar tensor, float32.
   */
  adam(gradients: Map<string, Tensor>, rate: Tensor, options: { beta1: number; beta2: number; epsilon: number }): void;
}

/** One function of a program: pure, except for the updates that it requests from its scope. */
export interface FunctionSpec {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Whether XLA compiles it as a whole, if XLA is on: worth the compilation time if a function is called very often. */
  readonly xla?: boolean;
  /** How many times a call runs it, once by default: inputs, and then outputs, come one behind the other along a new first axis. */
  readonly times?: number;
  readonly body: (scope: Scope, inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;
}

/** The tensor that a body gets for an input, as precise as the number of its dimensions is known. */
type InputTensor<Shape> = Shape extends readonly []
  ? Scalar
  : Shape extends readonly [number]
    ? Tensor1D
    : Shape extends readonly [number, number]
      ? Tensor2D
      : Tensor;

/** The tensors of a function's inputs; one that is declared under a condition may be absent. */
type InputTensors<Inputs> = {
  readonly [Name in keyof Inputs]: InputTensor<
    NonNullable<Inputs[Name]> extends InputSpec ? NonNullable<Inputs[Name]>['shape'] : never
  >;
};

/** Declares a function whose body gets a tensor for each declared input, under its name. */
export function defineFunction<const Inputs extends Readonly<Record<string, InputSpec>>>(
  spec: Omit<FunctionSpec, 'inputs' | 'body'> & {
    readonly inputs: Inputs;
    body(scope: Scope, inputs: InputTensors<Inputs>): Readonly<Record<string, Tensor>>;
  },
): FunctionSpec {
  // Whoever calls a body feeds what `inputs` declares: `signature` checks it.
  return spec as unknown as FunctionSpec;
}

/** Functions over shared variables; every shape is fixed: another batch size is another function. */
export interface ProgramSpec {
  /**
   * The precision of convolutions, products and activations in compiled functions; variables, statistics and updates are always float32.
   * `bfloat16` is faster if the device computes in it; interpreted programs use `float32`, the default.
   */
  readonly precision?: 'float32' | 'bfloat16';
  readonly variables: readonly VariableSpec[];
  readonly functions: Readonly<Record<string, FunctionSpec>>;
}

/** Values of a tensor in row-major order. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** A program that can be called; its variables are zero until written. */
export interface TensorProgram {
  /** `compiled`, with some functions by XLA; or `eager` with the reason why it could not be compiled. */
  readonly mode:
    | { readonly kind: 'compiled'; readonly xla?: true }
    | { readonly kind: 'eager'; readonly reason: string };
  /** Calls a function; returns outputs in row-major order. Blocks until done. */
  run(name: string, inputs: Readonly<Record<string, Values>>): Readonly<Record<string, Float32Array>>;
  read(names: readonly string[]): Map<string, Float32Array>;
  write(values: ReadonlyMap<string, Float32Array>): void;
  dispose(): void;
}
