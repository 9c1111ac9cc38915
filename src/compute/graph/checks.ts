import type { FunctionSpec, InputSpec, ProgramSpec, Values, VariableSpec } from '../program.ts';
import { sizeOf } from '../values.ts';

/** A shape as text, e.g. `[32, 72, 72, 3]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

function found<T>(what: string, name: string, among: ReadonlyMap<string, T>): T {
  const value = among.get(name);
  if (value !== undefined) return value;
  const names = [...among.keys()].join(', ') || 'none';
  throw new RangeError(`The program has no ${what} named "${name}"; it has: ${names}.`);
}

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;

function checkValues(what: string, shape: readonly number[], dtype: InputSpec['dtype'], values: Values): void {
  const expected = arrays[dtype];
  if (!(values instanceof expected)) {
    throw new TypeError(`${what} takes a ${expected.name}, not a ${(values as Values).constructor.name}.`);
  }
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(
      `${what} has shape ${showShape(shape)}, ${sizeOf(shape)} values, but was given ${values.length}.`,
    );
  }
}

/** Looks up names in a program, and checks values against their specification; every failure is a sentence with both. */
export class Signature {
  readonly variables: ReadonlyMap<string, VariableSpec>;
  readonly functions: ReadonlyMap<string, FunctionSpec>;
  /** The values of the variables that never change. */
  readonly constants: ReadonlyMap<string, Float32Array>;

  constructor(spec: ProgramSpec) {
    this.variables = new Map(spec.variables.map((variable) => [variable.name, variable]));
    this.functions = new Map(Object.entries(spec.functions));
    this.constants = new Map(
      spec.variables.flatMap(({ name, shape, constant }): [string, Float32Array][] => {
        if (!constant) return [];
        checkValues(`The variable "${name}"`, shape, 'float32', constant);
        return [[name, constant]];
      }),
    );
    if (this.variables.size < spec.variables.length) {
      const names = spec.variables.map((variable) => variable.name);
      const twice = names.find((name, index) => names.indexOf(name) < index);
      throw new RangeError(`The program declares the variable "${twice}" twice.`);
    }
  }

  variable(name: string): VariableSpec {
    return found('variable', name, this.variables);
  }

  /** The writable variables. */
  get changing(): VariableSpec[] {
    return [...this.variables.values()].filter(({ constant }) => !constant);
  }

  /** A variable that can be written or updated. @throws RangeError if it never changes. */
  changeable(name: string): VariableSpec {
    const variable = this.variable(name);
    if (variable.constant) throw new RangeError(`The variable "${name}" is constant in this program.`);
    return variable;
  }

  function(name: string): FunctionSpec {
    return found('function', name, this.functions);
  }

  /** The inputs of a call in the order of the function's specification. */
  inputs(name: string, inputs: Readonly<Record<string, Values>>): [name: string, spec: InputSpec, values: Values][] {
    const { inputs: specs, times = 1 } = this.function(name);
    const unknown = Object.keys(inputs).find((input) => !(input in specs));
    if (unknown !== undefined) {
      throw new RangeError(`${name} has no input "${unknown}"; it has: ${Object.keys(specs).join(', ') || 'none'}.`);
    }
    return Object.entries(specs).map(([input, spec]) => {
      const values = inputs[input];
      if (values === undefined) throw new RangeError(`${name} needs the input "${input}", which was not given.`);
      const shape = times === 1 ? spec.shape : [times, ...spec.shape];
      checkValues(`Input "${input}" of ${name}`, shape, spec.dtype, values);
      return [input, spec, values];
    });
  }

  /** The variables to write with their values. */
  written(values: ReadonlyMap<string, Float32Array>): [variable: VariableSpec, values: Float32Array][] {
    return [...values].map(([name, value]) => {
      const variable = this.changeable(name);
      checkValues(`The variable "${name}"`, variable.shape, 'float32', value);
      return [variable, value];
    });
  }
}
