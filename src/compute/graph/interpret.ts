import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { FunctionSpec, InputSpec, ProgramSpec, TensorProgram, Values } from '../program.ts';
import { Signature } from './checks.ts';
import { oneByOne } from './one-by-one.ts';
import { adamState, CallScope } from './updates.ts';

/** Runs a program one operation at a time, on any backend. @param reason why it is not compiled, for {@link TensorProgram.mode}. */
export function interpretProgram(
  tf: typeof tfjs,
  spec: ProgramSpec,
  reason = 'it was asked to run one operation at a time',
): TensorProgram {
  const signature = new Signature(spec);
  const variables = new Map<string, Tensor>();
  for (const { name, shape, constant } of spec.variables) {
    const initial = constant ? tf.tensor(constant.slice(), [...shape], 'float32') : tf.zeros([...shape]);
    variables.set(name, tf.keep(initial));
  }

  function set(name: string, value: Tensor): void {
    variables.get(name)?.dispose();
    variables.set(name, tf.keep(value));
  }

  function feed({ shape, dtype }: InputSpec, values: Values): Tensor {
    if (dtype === 'uint8') return tf.tensor(Float32Array.from(values), [...shape], 'float32');
    return tf.tensor(values.slice(), [...shape], dtype);
  }

  function changes(scope: CallScope): [name: string, value: Tensor][] {
    const value = (name: string) => variables.get(name)!;
    const changed: [string, Tensor][] = [];
    for (const [name, update] of scope.updates) {
      if (update.kind === 'assign') {
        changed.push([name, tf.clone(update.value)]);
        continue;
      }
      const { epsilon } = update.options;
      // As float32, like the powers: only then do 1 - beta here and in the powers cancel.
      const [beta1, beta2] = [Math.fround(update.options.beta1), Math.fround(update.options.beta2)];
      const m = tf.add(tf.mul(value(adamState.m(name)), beta1), tf.mul(update.gradient, 1 - beta1));
      const v = tf.add(tf.mul(value(adamState.v(name)), beta2), tf.mul(tf.square(update.gradient), 1 - beta2));
      const correction = tf.div(
        tf.sqrt(tf.sub(1, value(adamState.beta2Power))),
        tf.sub(1, value(adamState.beta1Power)),
      );
      const step = tf.div(tf.mul(tf.mul(update.rate, correction), m), tf.add(tf.sqrt(v), epsilon));
      changed.push([adamState.m(name), m], [adamState.v(name), v], [name, tf.sub(value(name), step)]);
    }
    const adam = scope.adamOptions;
    if (adam) {
      changed.push([adamState.beta1Power, tf.mul(value(adamState.beta1Power), adam.beta1)]);
      changed.push([adamState.beta2Power, tf.mul(value(adamState.beta2Power), adam.beta2)]);
    }
    return changed;
  }

  function call({ inputs: specs, body }: FunctionSpec, given: Readonly<Record<string, Values>>) {
    const outputs: Record<string, Float32Array> = {};
    const scope = new CallScope(tf, signature, (variable) => variables.get(variable.name)!);
    try {
      tf.tidy(() => {
        const tensors = Object.fromEntries(
          Object.entries(specs).map(([input, spec]) => [input, feed(spec, given[input]!)]),
        );
        const results = body(scope, tensors);
        for (const [output, tensor] of Object.entries(results)) outputs[output] = Float32Array.from(tensor.dataSync());
        for (const [variable, value] of changes(scope)) set(variable, value);
      });
    } finally {
      scope.dispose();
    }
    return outputs;
  }

  return {
    mode: { kind: 'eager', reason },

    run(name, inputs) {
      signature.inputs(name, inputs);
      const called = signature.function(name);
      return oneByOne(called.times ?? 1, inputs, (each) => call(called, each));
    },

    read(names) {
      return new Map(
        names.map((name) => [name, Float32Array.from(variables.get(signature.variable(name).name)!.dataSync())]),
      );
    },

    write(values) {
      for (const [{ name, shape }, value] of signature.written(values)) {
        set(name, tf.tensor(value.slice(), [...shape], 'float32'));
      }
    },

    dispose() {
      for (const variable of variables.values()) variable.dispose();
      variables.clear();
    },
  };
}
