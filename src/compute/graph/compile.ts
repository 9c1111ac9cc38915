import { tmpdir } from 'node:os';
import { StageError } from '../../problem/errors.ts';
import { type CompiledCode, compiledCodeError } from '../compiled-code.ts';
import { cpuAbilities, cpuClass } from '../cpu-abilities.ts';
import type { Native } from '../native.ts';
import type { ProgramSpec, TensorProgram, Values } from '../program.ts';
import { sizeOf } from '../values.ts';
import { typeAttribute } from './attributes.ts';
import { Signature } from './checks.ts';
import { type Edge, OperationGraph, type OperationNode, reachable } from './graph.ts';
import { interpretProgram } from './interpret.ts';
import { after, type Lowered, lower } from './lower.ts';
import { NotCompilable } from './not-compilable.ts';
import { oneByOne } from './one-by-one.ts';
import { optimise, type Target, type TargetDevice } from './optimise.ts';
import { constantVariables, variablesOf } from './rules/constants.ts';
import { GraphSession, memoryHint } from './session.ts';
import { placeholder, readVariable, type Trace, trace, variableHandle } from './trace.ts';
import { compileWhole } from './whole.ts';

/**
 * Compiles all functions of a program to one TensorFlow graph whose variables are inside TensorFlow. If a function does something that
 * graphs do not support, the program runs one operation at a time, and its mode has the reason.
 * @throws StageError instead if XLA must compile some of its functions.
 */
export function compileProgram(native: Native, spec: ProgramSpec, options: CompileOptions = {}): TensorProgram {
  try {
    return new CompiledProgram(native, spec, options);
  } catch (error) {
    if (!(error instanceof NotCompilable)) throw error;
    if (options.xla && Object.values(spec.functions).some((each) => each.xla)) throw notByXla(error);
    return interpretProgram(native.tf, spec, error.message);
  }
}

/** How a program is compiled. */
export interface CompileOptions {
  /** A folder for the graph's file while it is loaded; the system's by default. */
  readonly temporary?: string;
  /** Whether XLA compiles the functions that allow it. */
  readonly xla?: boolean;
  /** Where XLA keeps what it compiled. */
  readonly code?: CompiledCode;
  /**
   * Whether float inputs are fed as int32 words of the same bits (default: if there is a GPU). The addon puts tensors on the GPU, from
   * where a session copies its feeds back to the host; only int32 stays on the host, and crosses the bus once instead of three times.
   */
  readonly feedsWords?: boolean;
}

function notByXla(reason: NotCompilable): StageError {
  return new StageError(`XLA cannot compile the program: ${reason.message}`, { hint: uncompiledHint, cause: reason });
}

function traceNamed(native: Native, signature: Signature, name: string, feedsWords: boolean): Trace {
  try {
    return trace(native, signature, signature.function(name), feedsWords);
  } catch (error) {
    if (!(error instanceof NotCompilable)) throw error;
    throw new NotCompilable(`its function "${name}" ${error.message}`, { cause: error });
  }
}

function targetDevice(native: Native): TargetDevice {
  if (native.binding.isUsingGpuDevice()) return 'gpu';
  return cpuClass(cpuAbilities());
}

const uncompiledHint = 'without --xla (PIPE_XLA) the same computation runs uncompiled';

/** The operations that write and read a variable. */
interface Access {
  readonly value: OperationNode;
  /** The written value, after it is written. */
  readonly written: Edge;
  readonly read: Edge;
}

class CompiledProgram implements TensorProgram {
  readonly mode: TensorProgram['mode'];
  readonly #signature: Signature;
  readonly #functions = new Map<string, Lowered>();
  /** Those that XLA compiles. */
  readonly #whole = new Set<string>();
  /** Of those, the ones that were called. */
  readonly #called = new Set<string>();
  readonly #code: CompiledCode | undefined;
  readonly #variables = new Map<string, Access>();
  readonly #unwritten: Set<string>;
  readonly #session: GraphSession;

  constructor(native: Native, spec: ProgramSpec, options: CompileOptions) {
    const { temporary = tmpdir(), xla = false, feedsWords = native.binding.isUsingGpuDevice() } = options;
    this.#code = options.code;
    const graph = new OperationGraph();
    this.#signature = new Signature(spec);
    const target: Target = {
      device: targetDevice(native),
      precision: spec.precision ?? 'float32',
      constants: constantVariables(this.#signature.constants),
    };
    for (const [name, { xla: isWorthIt = false, times }] of this.#signature.functions) {
      const isWhole = xla && isWorthIt;
      if (isWhole) this.#whole.add(name);
      const traced = traceNamed(native, this.#signature, name, feedsWords);
      const optimised = optimise(traced, graph, isWhole ? { ...target, device: 'xla' } : target);
      const lowered = lower(graph, this.#signature, optimised);
      this.#functions.set(name, isWhole ? compileWhole(graph, name, lowered, times) : lowered);
    }
    this.mode = { kind: 'compiled', ...(this.#whole.size > 0 && { xla: true }) };
    const fetches = [...this.#functions.values()].flatMap((lowered) => lowered.fetches);
    const read = variablesOf(fetches.map(({ node }) => node));
    // Those that never change and stay variables all the same.
    const kept = [...this.#signature.constants].filter(([name]) => read.has(name));
    for (const variable of [...this.#signature.changing, ...kept.map(([name]) => this.#signature.variable(name))]) {
      const value = placeholder(graph, { shape: variable.shape, dtype: 'float32' });
      const fed: Edge = { node: value, index: 0 };
      const assign = graph.addUnique({
        op: 'AssignVariableOp',
        attributes: [typeAttribute('dtype', 'float32')],
        inputs: [variableHandle(graph, variable), fed],
        outputs: [],
      });
      const done = after(graph, graph.constant([], 'float32', Float32Array.of(0)), [assign]);
      this.#variables.set(variable.name, { value, written: done, read: readVariable(graph, variable) });
    }
    this.#unwritten = new Set(this.#variables.keys());
    const accesses = [...this.#variables.values()].flatMap(({ written, read }) => [written, read]);
    this.#session = new GraphSession(
      native.binding,
      reachable([...fetches, ...accesses].map(({ node }) => node)),
      temporary,
    );
    this.#write(kept);
  }

  run(name: string, inputs: Parameters<TensorProgram['run']>[1]): Readonly<Record<string, Float32Array>> {
    this.#signature.inputs(name, inputs);
    this.#writeZeros();
    if (this.#whole.has(name)) return this.#callWhole(name, inputs);
    return oneByOne(this.#signature.function(name).times ?? 1, inputs, (each) => this.#call(name, each, memoryHint));
  }

  #callWhole(name: string, inputs: Readonly<Record<string, Values>>): Readonly<Record<string, Float32Array>> {
    try {
      const outputs = this.#call(name, inputs, `${uncompiledHint}; ${memoryHint}`);
      // XLA compiles at the first call.
      if (!this.#called.has(name)) this.#code?.seal();
      this.#called.add(name);
      return outputs;
    } catch (error) {
      throw (this.#code && compiledCodeError(error, this.#code)) ?? error;
    }
  }

  #call(name: string, inputs: Readonly<Record<string, Values>>, hint: string): Readonly<Record<string, Float32Array>> {
    const lowered = this.#functions.get(name)!;
    const feeds = [...lowered.inputs].map(([input, placeholder]) => ({ placeholder, values: inputs[input]! }));
    const results = this.#session.run(name, feeds, lowered.fetches, hint);
    return Object.fromEntries(lowered.outputs.map((output, index) => [output, results[index] as Float32Array]));
  }

  read(names: readonly string[]): Map<string, Float32Array> {
    const { constants } = this.#signature;
    const changing = names.filter((name) => !constants.has(this.#signature.variable(name).name));
    this.#writeZeros();
    const values = this.#session.run(
      'read',
      [],
      changing.map((name) => this.#variables.get(name)!.read),
    );
    const read = new Map(changing.map((name, index) => [name, values[index] as Float32Array]));
    return new Map(names.map((name) => [name, read.get(name) ?? constants.get(name)!.slice()]));
  }

  write(values: ReadonlyMap<string, Float32Array>): void {
    this.#write(this.#signature.written(values).map(([{ name }, values]) => [name, values]));
  }

  #write(values: readonly (readonly [name: string, values: Float32Array])[]): void {
    const written = values.map(([name, values]) => {
      this.#unwritten.delete(name);
      const { value, written } = this.#variables.get(name)!;
      return { feed: { placeholder: value, values }, written };
    });
    this.#session.run(
      'write',
      written.map(({ feed }) => feed),
      written.map(({ written }) => written),
    );
  }

  /** TensorFlow's variables have no value at first; those never written are zero. */
  #writeZeros(): void {
    if (this.#unwritten.size === 0) return;
    const sizes = [...this.#unwritten].map((name): [string, number] => [
      name,
      sizeOf(this.#signature.variable(name).shape),
    ]);
    const zeros = new Float32Array(Math.max(...sizes.map(([, size]) => size)));
    this.write(new Map(sizes.map(([name, size]) => [name, zeros.subarray(0, size)])));
  }

  dispose(): void {
    this.#session.dispose();
  }
}
