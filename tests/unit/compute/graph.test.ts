import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../../src/compute/graph/compile.ts';
import { interpretProgram } from '../../../src/compute/graph/interpret.ts';
import { makeKernels } from '../../../src/compute/kernels/fused.ts';
import type { FunctionSpec, ProgramSpec, Scope, TensorProgram } from '../../../src/compute/program.ts';
import { testNative } from '../../support/native.ts';
import { smallProgram } from './small-network.ts';

const native = testNative();
const { tf, binding } = native;
const spec = smallProgram(tf, makeKernels(native));

/** Numbers in [0, 1) that are the same at every run. */
function numbers(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

function initialValues(): Map<string, Float32Array> {
  const values = (seed: number, count: number) => Float32Array.from(numbers(seed, count), (u) => u - 0.5);
  return new Map([
    ['kernel', values(1, 108)],
    ['gamma', Float32Array.of(1, 1, 1, 1)],
    ['branch', values(3, 16)],
    ['dense', values(2, 12)],
    ['adam/beta1-power', Float32Array.of(0.9)],
    ['adam/beta2-power', Float32Array.of(0.999)],
  ]);
}

function batch(seed: number, size: number) {
  return {
    images: Uint8Array.from(numbers(seed, size * 108), (u) => u * 256),
    labels: Int32Array.from(numbers(seed + 1, size), (u) => u * 3),
  };
}

/** Twenty steps on changing batches at a falling rate, every fifth on a smaller batch: all outputs, then all variables. */
function train(program: TensorProgram): Map<string, Float32Array> {
  program.write(initialValues());
  const found = new Map<string, Float32Array>();
  for (let index = 0; index < 20; index += 1) {
    const [name, size] = index % 5 === 4 ? (['last-step', 5] as const) : (['step', 8] as const);
    const { loss, kernel } = program.run(name, { ...batch(index, size), rate: Float32Array.of(0.01 * 0.9 ** index) });
    found.set(`loss ${index}`, loss!).set(`kernel ${index}`, kernel!);
  }
  return new Map([...found, ...program.read(spec.variables.map(({ name }) => name))]);
}

function largestDifference(a: Map<string, Float32Array>, b: Map<string, Float32Array>): number {
  expect([...a.keys()]).toEqual([...b.keys()]);
  const differences = [...a].map(([name, values]) => {
    const others = b.get(name)!;
    return Math.max(...values.map((value, index) => Math.abs(value - others[index]!)));
  });
  return Math.max(...differences);
}

/** A program of one function `f` over one variable `w` of four values. */
function single(body: FunctionSpec['body'], inputs: FunctionSpec['inputs'] = {}): ProgramSpec {
  return { variables: [{ name: 'w', shape: [4] }], functions: { f: { inputs, body } } };
}

const scalar = { shape: [], dtype: 'float32' } as const;

describe('a compiled program', () => {
  test('trains as the interpreted one does', () => {
    const [compiled, interpreted] = [compileProgram(native, spec), interpretProgram(tf, spec)];
    expect(compiled.mode).toEqual({ kind: 'compiled' });
    expect(largestDifference(train(compiled), train(interpreted))).toBeLessThan(1e-5);
    compiled.dispose();
    interpreted.dispose();
  });

  // As it is fed where there is a GPU; in bfloat16, too, where floats are narrowed first of all.
  test.each([
    ['float32', false],
    ['bfloat16', false],
    ['float32', true],
  ] as const)('takes floats as words of the same bits: %s, XLA %s', (precision, xla) => {
    const several: ProgramSpec = {
      precision,
      variables: [{ name: 'w', shape: [4, 2] }],
      functions: {
        f: {
          inputs: { x: { shape: [3, 4], dtype: 'float32' }, rate: scalar },
          xla: true,
          body: (scope, { x, rate }) => {
            const loss = () => tf.sum(tf.square(tf.matMul(x as Tensor2D, scope.read('w') as Tensor2D)));
            const found = scope.gradients(['w'], loss);
            return { loss: found.loss, step: tf.mul(found.gradients.get('w')!, rate!) };
          },
        },
      },
    };
    const [words, floats] = [true, false].map((feedsWords) => {
      const program = compileProgram(native, several, { feedsWords, xla });
      program.write(new Map([['w', Float32Array.from(numbers(1, 8))]]));
      const results = program.run('f', { x: Float32Array.from(numbers(2, 12)), rate: Float32Array.of(0.5) });
      program.dispose();
      return results;
    });
    expect(words).toEqual(floats);
    expect(words!['loss']![0]).toBeGreaterThan(0);
  });

  test('learns the same in bfloat16, but for its rounding', () => {
    const [narrow, wide] = [compileProgram(native, { ...spec, precision: 'bfloat16' }), compileProgram(native, spec)];
    expect(narrow.mode).toEqual({ kind: 'compiled' });
    const difference = largestDifference(train(narrow), train(wide));
    expect(difference).toBeLessThan(0.05);
    // Else nothing was narrow: bfloat16 keeps 8 bits.
    expect(difference).toBeGreaterThan(1e-4);
    narrow.dispose();
    wide.dispose();
  });

  // As products of patches; sums of small whole numbers are exact in whatever order.
  test.each([
    [4, 3, 1, 'same'],
    [7, 3, 2, 'same'],
    [8, 3, 2, 'same'],
    [7, 2, 2, 'same'],
    [5, 3, 2, 'valid'],
    [6, 1, 2, 'valid'],
  ] as const)('has the gradient by a filter over %d pixels: size %d, stride %d, %s', (side, size, stride, padding) => {
    const filter: ProgramSpec = {
      variables: [{ name: 'w', shape: [size, size, 2, 3] }],
      functions: {
        f: {
          inputs: { x: { shape: [2, side, side + 1, 2], dtype: 'float32' } },
          body: (scope, { x }) => {
            const square = () => tf.square(tf.conv2d(x as Tensor4D, scope.read('w') as Tensor4D, stride, padding));
            return { gradient: scope.gradients(['w'], () => tf.sum(square())).gradients.get('w')! };
          },
        },
      },
    };
    const whole = (seed: number, count: number) =>
      Float32Array.from(numbers(seed, count), (u) => Math.floor(8 * u) - 4);
    const [found, expected] = [compileProgram(native, filter), interpretProgram(tf, filter)].map((program) => {
      program.write(new Map([['w', whole(1, size * size * 6)]]));
      const { gradient } = program.run('f', { x: whole(2, 4 * side * (side + 1)) });
      program.dispose();
      return gradient;
    });
    expect(found).toEqual(expected);
    expect(new Set(found).size).toBeGreaterThan(1);
  });

  test('computes the same bits at every run', () => {
    const program = compileProgram(native, spec);
    const zeros = new Map(
      spec.variables.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
    );
    const first = train(program);
    program.write(zeros);
    expect(train(program)).toEqual(first);
    program.dispose();
  });

  test('reads values as they were before the call, whatever it assigns', () => {
    const program = compileProgram(
      native,
      single((scope) => {
        scope.assign('w', tf.add(scope.read('w'), 1));
        return { before: scope.read('w'), doubled: tf.mul(scope.read('w'), 2) };
      }),
    );
    program.write(new Map([['w', Float32Array.of(1, 2, 3, 4)]]));
    expect(program.run('f', {})).toEqual({ before: Float32Array.of(1, 2, 3, 4), doubled: Float32Array.of(2, 4, 6, 8) });
    expect(program.read(['w']).get('w')).toEqual(Float32Array.of(2, 3, 4, 5));
    program.dispose();
  });

  test('keeps its variables apart from the arrays they were written from', () => {
    const program = compileProgram(
      native,
      single((scope) => {
        scope.assign('w', tf.add(scope.read('w'), 1));
        return {};
      }),
    );
    const values = Float32Array.of(1, 2, 3, 4);
    program.write(new Map([['w', values]]));
    program.run('f', {});
    expect(values).toEqual(Float32Array.of(1, 2, 3, 4));
    values.fill(9);
    expect(program.read(['w']).get('w')).toEqual(Float32Array.of(2, 3, 4, 5));
    program.dispose();
  });

  test('starts at zero', () => {
    const program = compileProgram(
      native,
      single((scope) => ({ w: scope.read('w') })),
    );
    expect(program.run('f', {})['w']).toEqual(new Float32Array(4));
    program.dispose();
  });

  // Many values stay in a variable.
  test.each([4, 2 ** 15])('holds %d values that never change, and neither writes nor updates them', (size) => {
    const constant = Float32Array.from(numbers(1, size));
    const ones = new Float32Array(size).fill(1);
    const fixed = { name: 'fixed', shape: [size], constant };
    const body: FunctionSpec['body'] = (scope) => ({ sum: tf.add(scope.read('fixed'), scope.read('w')) });
    const spec: ProgramSpec = { ...single(body), variables: [fixed, { name: 'w', shape: [size] }] };
    for (const program of [compileProgram(native, spec), interpretProgram(tf, spec)]) {
      program.write(new Map([['w', ones]]));
      expect(program.run('f', {})['sum']).toEqual(constant.map((value) => value + 1));
      expect([...program.read(['w', 'fixed'])]).toEqual([
        ['w', ones],
        ['fixed', constant],
      ]);
      expect(() => program.write(new Map([['fixed', constant]]))).toThrow(
        'The variable "fixed" is constant in this program.',
      );
      program.dispose();
    }
    const updating: FunctionSpec['body'] = (scope) => {
      scope.assign('fixed', scope.read('w'));
      return {};
    };
    expect(() => compileProgram(native, { ...spec, functions: { f: { inputs: {}, body: updating } } })).toThrow(
      'The variable "fixed" is constant in this program.',
    );
    const short = { ...spec, variables: [{ ...fixed, shape: [5] }, spec.variables[1]!] };
    expect(() => compileProgram(native, short)).toThrow('The variable "fixed" has shape [5], 5 values');
  });

  test('reads every input at each call', () => {
    const program = compileProgram(
      native,
      single((_, { x }) => ({ x: tf.mul(x!, 2) }), { x: scalar }),
    );
    expect([1, 2, 3].map((x) => program.run('f', { x: Float32Array.of(x) })['x'])).toEqual(
      [2, 4, 6].map((x) => Float32Array.of(x)),
    );
    program.dispose();
  });

  test('takes arrays in shared memory', () => {
    const program = compileProgram(
      native,
      single((_, { x }) => ({ x: tf.mul(x!, 2) }), { x: { shape: [2], dtype: 'uint8' } }),
    );
    const shared = new Uint8Array(new SharedArrayBuffer(4), 1, 2);
    shared.set([100, 200]);
    expect(program.run('f', { x: shared })['x']).toEqual(Float32Array.of(200, 400));
    program.dispose();
  });

  test('gives back what it does not compute in float32 as float32', () => {
    const program = compileProgram(
      native,
      single((scope) => ({ best: tf.argMax(scope.read('w')), same: tf.equal(scope.read('w'), 2) })),
    );
    program.write(new Map([['w', Float32Array.of(1, 2, 3, 0)]]));
    expect(program.run('f', {})).toEqual({ best: Float32Array.of(2), same: Float32Array.of(0, 1, 0, 0) });
    program.dispose();
  });

  test('learns the shape of what it has no rule for', () => {
    const program = compileProgram(
      native,
      single((scope) => ({ sums: tf.cumsum(scope.read('w')), cosines: tf.cos(scope.read('w')) })),
    );
    expect(program.mode.kind).toBe('compiled');
    program.write(new Map([['w', Float32Array.of(1, 2, 3, 4)]]));
    expect(program.run('f', {})['sums']).toEqual(Float32Array.of(1, 3, 6, 10));
    program.dispose();
  });

  test('says what stopped TensorFlow, and continues', () => {
    const program = compileProgram(native, spec);
    program.write(initialValues());
    const inputs = { ...batch(1, 8), rate: Float32Array.of(1e-3) };
    const tensors = binding.getNumOfTensors();
    const wrong = { ...inputs, labels: new Int32Array(8).fill(7) };
    expect(() => program.run('step', wrong)).toThrow(/^TensorFlow stopped while running "step": .*label value of 7/);
    expect(binding.getNumOfTensors()).toBe(tensors);
    expect(program.run('step', inputs)['loss']).toHaveLength(1);
    program.dispose();
  });

  test('leaves nothing behind: no file, no graph, no tensor', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipe-test-'));
    const before = [binding.getNumOfSavedModels(), binding.getNumOfTensors(), tf.memory().numTensors];
    const program = compileProgram(native, spec, { temporary: folder });
    train(program);
    expect(binding.getNumOfTensors()).toBe(before[1]);
    program.dispose();
    expect([binding.getNumOfSavedModels(), binding.getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('runs a thousand steps in flat memory', () => {
    const program = compileProgram(native, spec);
    program.write(initialValues());
    const inputs = { ...batch(1, 8), rate: Float32Array.of(1e-3) };
    const steps = (count: number) => {
      for (let step = 0; step < count; step += 1) program.run('step', inputs);
      return process.memoryUsage().rss;
    };
    const warm = steps(300);
    const tensors = [binding.getNumOfTensors(), tf.memory().numTensors];
    expect(steps(1000) - warm).toBeLessThan(24e6);
    expect([binding.getNumOfTensors(), tf.memory().numTensors]).toEqual(tensors);
    program.dispose();
  });
});

describe('what a graph cannot hold runs an operation at a time and says why', () => {
  function reason(body: FunctionSpec['body'], inputs: FunctionSpec['inputs'] = {}): string {
    const program = compileProgram(native, single(body, inputs));
    return program.mode.kind === 'eager' ? program.mode.reason : 'compiled';
  }

  test('reading a value', () => {
    const body: FunctionSpec['body'] = (_, { x }) => ({ y: tf.scalar(x!.dataSync()[0]! > 0 ? 1 : -1) });
    expect(reason(body, { x: scalar })).toBe('its function "f" reads the value of a tensor while it is recorded');
    const program = compileProgram(native, single(body, { x: scalar }));
    expect(program.run('f', { x: Float32Array.of(-3) })['y']).toEqual(Float32Array.of(-1));
  });

  test('random numbers of its own', () => {
    expect(reason(() => ({ y: tf.randomUniform([2]) }))).toMatch(
      /^its function "f" creates different constants at each call/,
    );
  });

  test('tensors made outside of it', () => {
    const outside = tf.scalar(3);
    expect(reason((scope) => ({ y: tf.mul(scope.read('w'), outside) }))).toMatch(
      /uses a tensor of shape \[\] made outside/,
    );
  });

  test('results whose shape depends on values', () => {
    expect(reason((scope) => ({ y: tf.unique(scope.read('w')).values }))).toBe(
      'its function "f" uses UniqueV2, whose result has no fixed shape',
    );
  });

  test('large constants', () => {
    expect(reason(() => ({ y: tf.sum(tf.range(0, 300_000)) }))).toBe('compiled');
    expect(reason(() => ({ y: tf.sum(tf.tensor1d(numbers(1, 300_000))) }))).toMatch(/constant of shape \[300000\]/);
  });
});

describe.each([
  ['compiled', (spec: ProgramSpec) => compileProgram(native, spec)],
  ['interpreted', (spec: ProgramSpec) => interpretProgram(tf, spec)],
])('mistakes in the use of a program, %s', (_, make) => {
  const program = make(single((scope, { x }) => ({ y: tf.mul(scope.read('w'), x!) }), { x: scalar }));
  const x = Float32Array.of(1);

  test.each([
    [() => program.run('g', {}), 'The program has no function named "g"; it has: f.'],
    [() => program.run('f', {}), 'f needs the input "x", which was not given.'],
    [() => program.run('f', { x, z: x }), 'f has no input "z"; it has: x.'],
    [() => program.run('f', { x: Float32Array.of(1, 2) }), 'Input "x" of f has shape [], 1 values, but was given 2.'],
    [() => program.run('f', { x: Int32Array.of(1) }), 'Input "x" of f takes a Float32Array, not a Int32Array.'],
    [() => program.read(['v']), 'The program has no variable named "v"; it has: w.'],
    [() => program.write(new Map([['v', x]])), 'The program has no variable named "v"; it has: w.'],
    [() => program.write(new Map([['w', x]])), 'The variable "w" has shape [4], 4 values, but was given 1.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });

  function assigning(scope: Scope, ...values: Tensor[]): Record<string, Tensor> {
    for (const value of values) scope.assign('w', value);
    return {};
  }

  test.each<[FunctionSpec['body'], string]>([
    [(scope) => ({ y: scope.read('v') }), 'The program has no variable named "v"; it has: w.'],
    [(scope) => assigning(scope, tf.scalar(1)), 'The variable "w" has shape [4] and cannot take [].'],
    [(scope) => assigning(scope, scope.read('w'), scope.read('w')), 'The variable "w" is updated twice in one call.'],
    [
      (scope) => scope.gradients(['w'], () => tf.scalar(1)) && {},
      'The loss does not depend on the variable "w", so it has no gradient with respect to it.',
    ],
    [
      (scope) => scope.gradients(['w'], () => scope.read('w')) && {},
      'A loss is one number, but this one has shape [4].',
    ],
  ])('in a body: %#', (body, message) => {
    const tensors = tf.memory().numTensors;
    expect(() => make(single(body)).run('f', {})).toThrow(message);
    expect(tf.memory().numTensors - tensors).toBeLessThanOrEqual(1);
  });
});
