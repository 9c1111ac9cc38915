import type * as tfjs from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Scope, VariableSpec } from '../program.ts';
import { type Signature, sameShape, showShape } from './checks.ts';

/** Options of an Adam step. */
export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** The update that a function requested for one variable. */
export type Update =
  | { readonly kind: 'assign'; readonly value: Tensor }
  | { readonly kind: 'adam'; readonly gradient: Tensor; readonly rate: Tensor; readonly options: AdamOptions };

/** The variables that an Adam step reads and writes in addition to the weight. */
export const adamState = {
  m: (name: string) => `${name}/m`,
  v: (name: string) => `${name}/v`,
  beta1Power: 'adam/beta1-power',
  beta2Power: 'adam/beta2-power',
} as const;

/**
 * The scope of one call: provides the values of variables and collects the requested updates. It keeps what it was given, which may be made
 * inside a tidy, until it is disposed.
 */
export class CallScope implements Scope {
  readonly updates = new Map<string, Update>();
  readonly #tf: typeof tfjs;
  readonly #signature: Signature;
  readonly #held: Tensor[] = [];
  readonly #read: (variable: VariableSpec) => Tensor;

  constructor(tf: typeof tfjs, signature: Signature, read: (variable: VariableSpec) => Tensor) {
    this.#tf = tf;
    this.#signature = signature;
    this.#read = read;
  }

  /** The options of this call's Adam steps; undefined if it takes none. */
  get adamOptions(): AdamOptions | undefined {
    for (const update of this.updates.values()) if (update.kind === 'adam') return update.options;
    return undefined;
  }

  read(name: string): Tensor {
    return this.#read(this.#signature.variable(name));
  }

  assign(name: string, value: Tensor): void {
    this.#checkUpdate(name, value);
    this.updates.set(name, { kind: 'assign', value: this.#hold(value) });
  }

  gradients(names: readonly string[], loss: () => Tensor): { loss: Tensor; gradients: Map<string, Tensor> } {
    const variables = names.map((name) => this.read(name));
    const { value, grads } = this.#tf.engine().gradients(loss as () => Scalar, variables, undefined, true);
    if (value.size !== 1)
      throw new RangeError(`A loss is one number, but this one has shape ${showShape(value.shape)}.`);
    const gradients = names.map((name, index): [string, Tensor] => {
      const gradient = grads[index] as Tensor | null | undefined;
      if (!gradient)
        throw new RangeError(
          `The loss does not depend on the variable "${name}", so it has no gradient with respect to it.`,
        );
      return [name, gradient];
    });
    return { loss: value, gradients: new Map(gradients) };
  }

  adam(gradients: Map<string, Tensor>, rate: Tensor, options: AdamOptions): void {
    const earlier = this.adamOptions;
    if (earlier && (earlier.beta1 !== options.beta1 || earlier.beta2 !== options.beta2)) {
      throw new RangeError('All Adam steps of one call share their powers of beta, so they must have the same betas.');
    }
    this.#signature.variable(adamState.beta1Power);
    this.#signature.variable(adamState.beta2Power);
    for (const [name, gradient] of gradients) {
      this.#signature.variable(adamState.m(name));
      this.#signature.variable(adamState.v(name));
      this.#checkUpdate(name, gradient);
      this.updates.set(name, { kind: 'adam', gradient: this.#hold(gradient), rate: this.#hold(rate), options });
    }
  }

  dispose(): void {
    this.#tf.dispose(this.#held);
  }

  #hold(tensor: Tensor): Tensor {
    const held = this.#tf.keep(this.#tf.clone(tensor));
    this.#held.push(held);
    return held;
  }

  #checkUpdate(name: string, value: Tensor): void {
    const { shape } = this.#signature.changeable(name);
    if (!sameShape(shape, value.shape)) {
      throw new RangeError(
        `The variable "${name}" has shape ${showShape(shape)} and cannot take ${showShape(value.shape)}.`,
      );
    }
    if (this.updates.has(name)) throw new RangeError(`The variable "${name}" is updated twice in one call.`);
  }
}
