import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../../src/compute/graph/compile.ts';
import { type GraphFunction, OperationGraph } from '../../../src/compute/graph/graph.ts';
import { outputNames } from '../../../src/compute/graph/output-names.ts';
import { GraphSession } from '../../../src/compute/graph/session.ts';
import { shapeRules } from '../../../src/compute/graph/shapes/rules.ts';
import { compileWhole } from '../../../src/compute/graph/whole.ts';
import { makeKernels } from '../../../src/compute/kernels/fused.ts';
import type { OpAttribute } from '../../../src/compute/native.ts';
import { openBackend } from '../../../src/compute/open.ts';
import type { FunctionSpec, ProgramSpec } from '../../../src/compute/program.ts';
import { joined } from '../../../src/compute/values.ts';
import { xlaSteps } from '../../../src/compute/variables.ts';
import { xlaEnvironment, xlaVariables } from '../../../src/compute/xla.ts';
import { testNative } from '../../support/native.ts';
import { smallProgram } from './small-network.ts';

const native = testNative();
const { tf } = native;

/** A program of one function `f`, which XLA is to compile, over one variable `w` of four values. */
function single(body: FunctionSpec['body']): ProgramSpec {
  return { variables: [{ name: 'w', shape: [4] }], functions: { f: { inputs: {}, xla: true, body } } };
}

describe('a function that XLA is to compile', () => {
  test('reads values as they were before the call, and updates them', () => {
    const body: FunctionSpec['body'] = (scope) => {
      scope.assign('w', tf.add(scope.read('w'), 1));
      return { before: scope.read('w'), best: tf.argMax(scope.read('w')), parts: tf.split(scope.read('w'), 2)[1]! };
    };
    const program = compileProgram(native, single(body), { xla: true });
    expect(program.mode).toEqual({ kind: 'compiled', xla: true });
    program.write(new Map([['w', Float32Array.of(1, 2, 4, 3)]]));
    expect(program.run('f', {})).toEqual({
      before: Float32Array.of(1, 2, 4, 3),
      best: Float32Array.of(2),
      parts: Float32Array.of(4, 3),
    });
    expect(program.read(['w']).get('w')).toEqual(Float32Array.of(2, 3, 5, 4));
    program.dispose();
  });

  test('learns the same in bfloat16, but for its rounding, one step or several in a call, and the same bits at every run', () => {
    const small = smallProgram(tf, makeKernels(native));
    const step = small.functions['step']!;
    const functions = { step: { ...step, xla: true }, steps: { ...step, xla: true, times: 4 } };
    const spec: ProgramSpec = { ...small, functions, precision: 'bfloat16' };
    const values = (count: number, from: number) =>
      Float32Array.from({ length: count }, (_, at) => Math.sin(at + from));
    const images = (index: number) =>
      Uint8Array.from({ length: 8 * 108 }, (_, at) => (at * at * 31 + index * 57) % 256);
    const inputs = (first: number, count: number) => {
      const indices = Array.from({ length: count }, (_, at) => first + at);
      return {
        images: joined(indices.map(images)),
        labels: joined(indices.map((index) => Int32Array.from({ length: 8 }, (_, at) => (at + index) % 3))),
        rate: Float32Array.from(indices, () => 0.01),
      };
    };
    const losses = (xla: boolean, inCall: number) => {
      const program = compileProgram(native, spec, { xla });
      const initial: [string, Float32Array][] = [
        ['kernel', values(108, 0)],
        ['gamma', Float32Array.of(1, 1, 1, 1)],
        ['branch', values(16, 1)],
        ['dense', values(12, 2)],
        ['adam/beta1-power', Float32Array.of(0.9)],
        ['adam/beta2-power', Float32Array.of(0.999)],
      ];
      program.write(new Map(initial));
      const found: number[] = [];
      for (let index = 0; index < 20; index += inCall)
        found.push(...program.run(inCall === 1 ? 'step' : 'steps', inputs(index, inCall))['loss']!);
      program.dispose();
      return found;
    };
    const [uncompiled, single, several] = [losses(false, 1), losses(true, 1), losses(true, 4)];
    expect(single).not.toEqual(uncompiled);
    for (const found of [single, several]) {
      expect(found).toHaveLength(20);
      // bfloat16 keeps 8 bits, and XLA keeps more where it fuses operations.
      expect(Math.max(...found.map((loss, index) => Math.abs(loss - uncompiled[index]!)))).toBeLessThan(0.05);
    }
    expect(losses(true, 1)).toEqual(single);
    expect(losses(true, 4)).toEqual(several);
  });

  test('is compiled only if XLA was asked for', () => {
    const program = compileProgram(
      native,
      single((scope) => ({ w: scope.read('w') })),
    );
    expect(program.mode).toEqual({ kind: 'compiled' });
    program.dispose();
  });

  test('fails if it is not compiled', () => {
    const graph = new OperationGraph();
    const one = graph.constant([], 'float32', Float32Array.of(1));
    const { fetches } = compileWhole(graph, 'f', { inputs: new Map(), outputs: ['one'], fetches: [one] });
    const call = fetches[0]!.node;
    const run = (attributes: readonly OpAttribute[], functionAttributes: readonly OpAttribute[]) => {
      const body = attributes.map((each) =>
        each.name === 'f'
          ? { ...each, value: { ...(each.value as GraphFunction), attributes: functionAttributes } }
          : each,
      );
      const node = graph.addUnique({ op: call.op, attributes: body, outputs: call.outputs });
      return new GraphSession(native.binding, [node], tmpdir()).run('f', [], [{ node, index: 0 }]);
    };
    const must = call.attributes.filter(({ name }) => name === '_XlaMustCompile');
    const others = call.attributes.filter(({ name }) => name !== '_XlaMustCompile');
    expect(must).toHaveLength(1);
    expect(run(call.attributes, must)).toEqual([Float32Array.of(1)]);
    expect(() => run(others, [])).toThrow(/XlaSetBound/u);
  });

  test('fails with the name of an operation that XLA cannot compile, or that cannot stand in a function', () => {
    const sorted = () =>
      compileProgram(
        native,
        single((scope) => ({ w: tf.cumsum(scope.read('w')) })),
        { xla: true },
      );
    expect(sorted).toThrow(
      expect.objectContaining({
        name: 'StageError',
        message: 'XLA cannot compile the program: uses Cumsum, whose outputs have no names here',
        hint: 'without --xla (PIPE_XLA) the same computation runs uncompiled',
      }),
    );
    const random = () =>
      compileProgram(
        native,
        single(() => ({ y: tf.randomUniform([2]) })),
        { xla: true },
      );
    expect(random).toThrow(
      /^XLA cannot compile the program: its function "f" creates different constants at each call/u,
    );
  });
});

test('every operation whose shape is known has names for its outputs', () => {
  expect([...shapeRules.keys()].filter((op) => !outputNames.has(op))).toEqual([]);
});

describe('PIPE_XLA', () => {
  test('is the number of steps in a call', () => {
    expect(['', '0', '1', '8'].map((text) => xlaSteps({ PIPE_XLA: text }))).toEqual([undefined, undefined, 1, 8]);
    expect(xlaSteps(xlaEnvironment({ PIPE_XLA: '1' }, 4))).toBe(4);
    expect(() => xlaSteps({ PIPE_XLA: 'yes' })).toThrow('PIPE_XLA is "yes", which is not a number of steps');
  });

  test('with a backend that has no XLA is an error', async () => {
    const environment = { PIPE_XLA: '1' };
    await expect(openBackend({ environment, backend: 'wasm' })).rejects.toThrow('the backend wasm has no XLA');
    await expect(openBackend({ environment, backend: 'javascript' })).rejects.toThrow(
      'the backend javascript has no XLA',
    );
  });

  test('keeps compiled code in the cache, apart for each device', () => {
    const environment = { PIPE_CACHE_DIR: '/c', PIPE_XLA: '1' };
    const of = (device: string) => xlaVariables(environment, device, undefined)['TF_XLA_FLAGS'];
    expect(of('A')).toMatch(/^--tf_xla_persistent_cache_directory=\/c\/tensorflow-2\.21\.0-xla\/[0-9a-f]{12}$/u);
    expect(of('B')).not.toBe(of('A'));
    expect(xlaVariables({ PIPE_CACHE_DIR: '/c' }, 'A', undefined)).toEqual({});
    const flags = '--tf_xla_persistent_cache_directory=/mine';
    expect(xlaVariables({ ...environment, TF_XLA_FLAGS: flags }, 'A', undefined)).toEqual({ TF_XLA_FLAGS: flags });
  });
});

describe("XLA's flags on a GPU", () => {
  const directory = '/c d/tensorflow-2.21.0-gpu';
  const tools = `--xla_gpu_cuda_data_dir="${join(directory, 'nvidia/cuda_nvcc')}"`;
  const flags = (environment: Record<string, string>) => xlaVariables(environment, 'A', directory)['XLA_FLAGS'];

  test('name the folder of ptxas and libdevice, beside what the user asks for', () => {
    expect(flags({})).toBe(tools);
    expect(flags({ XLA_FLAGS: '--xla_dump_to=/d' })).toBe(`--xla_dump_to=/d ${tools}`);
    expect(flags({ XLA_FLAGS: '--xla_gpu_cuda_data_dir=/cuda' })).toBe('--xla_gpu_cuda_data_dir=/cuda');
    expect(flags({ XLA_FLAGS: 'a-file-of-flags' })).toBe('a-file-of-flags');
  });

  test('ask for the same bits in every run where they are wished for', () => {
    expect(flags({ TF_DETERMINISTIC_OPS: '1' })).toBe(`${tools} --xla_gpu_deterministic_ops=true`);
  });
});
