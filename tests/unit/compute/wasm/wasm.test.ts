import type { Rank, Tensor, Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { composeKernels } from '../../../../src/compute/kernels/composed.ts';
import { loadWasm } from '../../../../src/compute/wasm/load.ts';
import { openWasm } from '../../../../src/compute/wasm/open.ts';

const { tf, kernels, device } = await openWasm(1);

/** Values that look random and are the same at every run. */
function values<R extends Rank>(shape: readonly number[], scale = 1): Tensor<R> {
  const size = shape.reduce((product, side) => product * side, 1);
  const numbers = Float32Array.from({ length: size }, (_, index) => scale * Math.sin(1.3 * index + shape.length));
  return tf.reshape(tf.tensor1d(numbers), [...shape]) as Tensor as Tensor<R>;
}

function expectEqual(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = expected.dataSync();
  for (const [index, value] of actual.dataSync().entries()) {
    const reference = wanted[index] ?? Number.NaN;
    expect(Math.abs(value - reference), `[${index}]: ${value}, not ${reference}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(reference)),
    );
  }
}

let buffers = 0;
beforeEach(() => {
  tf.engine().startScope();
  buffers = tf.memory().numDataBuffers;
});
afterEach(() => tf.engine().endScope());

test('it says what it is, and uses the threads it is given', () => {
  expect(device).toMatchObject({ backend: 'wasm', kind: 'cpu', version: '4.22.0', threads: 1 });
});

/** Both gradients of sum(dy conv(x, w)), by their definition. */
function gradientsByDefinition(
  x: Tensor4D,
  w: Tensor4D,
  dy: Tensor4D,
  { strides, before }: { strides: readonly [number, number]; before: readonly [number, number] },
): [Tensor4D, Tensor4D] {
  const dx = tf.buffer(x.shape);
  const dw = tf.buffer(w.shape);
  const [xs, ws, dys] = [x.bufferSync(), w.bufferSync(), dy.bufferSync()];
  const [images, rows, columns, outputs] = dy.shape;
  const [height, width, channels] = w.shape;
  const add = (buffer: typeof dx, value: number, ...at: [number, number, number, number]) =>
    buffer.set(buffer.get(...at) + value, ...at);
  for (let n = 0; n < images; n++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let a = 0; a < height; a++)
          for (let b = 0; b < width; b++) {
            const [r, s] = [i * strides[0] + a - before[0], j * strides[1] + b - before[1]];
            if (r < 0 || s < 0 || r >= x.shape[1] || s >= x.shape[2]) continue;
            for (let c = 0; c < channels; c++)
              for (let o = 0; o < outputs; o++) {
                add(dx, dys.get(n, i, j, o) * ws.get(a, b, c, o), n, r, s, c);
                add(dw, dys.get(n, i, j, o) * xs.get(n, r, s, c), a, b, c, o);
              }
          }
  return [dx.toTensor() as Tensor4D, dw.toTensor() as Tensor4D];
}

interface Case {
  readonly sides: readonly [number, number];
  readonly size: number;
  readonly strides: readonly [number, number];
  readonly pad: 'same' | 'valid' | number;
}

const cases: readonly Case[] = [[8, 8] as const, [7, 9] as const, [5, 6] as const].flatMap((sides) =>
  [1, 2, 3, 5].flatMap((size) =>
    [[1, 1] as const, [2, 2] as const, [1, 2] as const].flatMap((strides) =>
      (['same', 'valid', ...(size >= 3 ? [1] : [])] as const).map((pad) => ({ sides, size, strides, pad })),
    ),
  ),
);

test.each(cases)('gradients of a convolution: $sides, size $size, strides $strides, pad $pad', (convolution) => {
  const { sides, size, strides, pad } = convolution;
  const x = values<Rank.R4>([2, ...sides, 3]);
  const w = values<Rank.R4>([size, size, 3, 4]);
  const rounding = typeof pad === 'number' ? 'floor' : undefined;
  const { padInfo, outShape } = tf.backend_util.computeConv2DInfo(x.shape, w.shape, [...strides], 1, pad, rounding);
  const dy = values<Rank.R4>(outShape);
  const convolve = (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, [...strides], pad, 'NHWC', 1, rounding);
  const [dx, dw] = tf.grads((x: Tensor, w: Tensor) => convolve(x as Tensor4D, w as Tensor4D))([x, w], dy);
  const before = [padInfo.top, padInfo.left] as const;
  const [expectedX, expectedW] = gradientsByDefinition(x, w, dy, { strides, before });
  expectEqual(dx!, expectedX, 1e-4);
  expectEqual(dw!, expectedW, 1e-4);
});

describe('batch norm', () => {
  const composed = composeKernels(tf);
  // 128 values a channel: rows of a broadcast are longer than the channels, and not all of one length.
  const inputs = () => ({
    x: tf.add(values<Rank.R4>([4, 4, 8, 6], 2), 1) as Tensor4D,
    gamma: tf.add(values<Rank.R1>([6]), 1.5) as Tensor1D,
    beta: values<Rank.R1>([6]),
  });

  test('with the statistics of the batch, forward and backward', () => {
    const { x, gamma, beta } = inputs();
    // Their sums per channel are far from 0, so that no term of the gradient is small.
    const weights = tf.add(values<Rank.R4>(x.shape), tf.add(x, 1));
    const [ours, reference] = [kernels, composed].map((each) => {
      const normalise = (x: Tensor, gamma: Tensor, beta: Tensor) =>
        each.batchNormTraining(x as Tensor4D, gamma as Tensor1D, beta as Tensor1D, 1e-3).y;
      return {
        ...each.batchNormTraining(x, gamma, beta, 1e-3),
        gradients: tf.grads((...inputs: Tensor[]) =>
          tf.sum(tf.mul(normalise(inputs[0]!, inputs[1]!, inputs[2]!), weights)),
        )([x, gamma, beta]),
      };
    });
    expectEqual(ours!.y, reference!.y, 1e-5);
    expectEqual(ours!.mean, reference!.mean, 1e-5);
    expectEqual(ours!.variance, reference!.variance, 1e-5);
    for (const [index, gradient] of ours!.gradients.entries())
      expectEqual(gradient, reference!.gradients[index]!, 1e-4);
  });

  test('with given statistics', () => {
    const { x, gamma, beta } = inputs();
    const [mean, variance] = [values<Rank.R1>([6]), tf.square(values<Rank.R1>([6])) as Tensor1D];
    const [ours, reference] = [kernels, composed].map((each) =>
      each.batchNormInference(x, gamma, beta, mean, variance, 1e-3),
    );
    expectEqual(ours!, reference!, 1e-5);
  });
});

describe('sums', () => {
  test('over all axes but the last lose no digits', () => {
    const x = tf.add(values([64, 32, 32, 3], 1e-3), 1000);
    const numbers = [...x.dataSync()];
    const expected = [0, 1, 2].map((channel) => numbers.reduce((sum, v, i) => sum + (i % 3 === channel ? v : 0), 0));
    const sum = tf.sum(x, [0, 1, 2]);
    expectEqual(sum, tf.tensor1d(expected), 1e-6);
    expect(tf.sum(x, [0, 1, 2], true).shape).toEqual([1, 1, 1, 3]);
  });

  test('over other axes, and of integers, are what they were', () => {
    expect(tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2]), 1).arraySync()).toEqual([3, 7]);
    expect(tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2])).arraySync()).toBe(10);
    const counts = tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), 0);
    expect(counts.dtype).toBe('int32');
    expect(counts.arraySync()).toEqual([4, 6]);
  });
});

describe('copies', () => {
  test('of nothing share the data, until the last user is gone', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const [clone, same] = [tf.clone(x), tf.cast(x, 'float32')];
    expect(tf.memory().numDataBuffers).toBe(buffers + 1);
    x.dispose();
    clone.dispose();
    expect([...same.dataSync()]).toEqual([1, 2, 3]);
    same.dispose();
    expect(tf.memory().numDataBuffers).toBe(buffers);
    expect(tf.cast(tf.tensor1d([1.5, -1.5]), 'int32').arraySync()).toEqual([1, -1]);
  });

  test.each([
    { begin: [1, 0, 0], size: [1, 3, 4] },
    { begin: [0, 1, 0], size: [2, 2, 4] },
    { begin: [0, 1, 1], size: [2, -1, 2] },
    { begin: [0, 0, 0], size: [2, 3, 4] },
    { begin: [1, 1, 0], size: [-1, 1, -1] },
    { begin: [2, 0, 0], size: [0, 3, 4] },
  ])('of parts: $begin, $size', ({ begin, size }) => {
    const x = tf.reshape(tf.range(0, 24), [2, 3, 4]) as Tensor3D;
    const end = begin.map((start, axis) => (size[axis] === -1 ? x.shape[axis]! : start + size[axis]!));
    const expected = (x.arraySync() as number[][][])
      .slice(begin[0], end[0])
      .map((plane) => plane.slice(begin[1], end[1]).map((row) => row.slice(begin[2], end[2])));
    expect(tf.slice(x, begin, size).arraySync()).toEqual(expected);
  });
});

test('memory that runs out is an error, not a wrong result', () => {
  const gigabyte = () => tf.backend().write(null as unknown as Float32Array, [2 ** 28], 'float32');
  const five = () => Array.from({ length: 5 }, gigabyte);
  expect(five).toThrowError(
    expect.objectContaining({ name: 'EnvironmentError', hint: expect.stringContaining('smaller batch') }),
  );
});

// Last: each load takes the place of the backend before it.
test('one thread and three give the same bits', async () => {
  const results: Float32Array[] = [];
  for (const threads of [1, 3]) {
    const wasm = await loadWasm(threads);
    expect(wasm.threads).toBe(threads);
    results.push(
      tf.tidy(() => {
        const y = tf.conv2d(values<Rank.R4>([16, 16, 16, 8]), values<Rank.R4>([3, 3, 8, 8]), 1, 'same');
        return tf.sum(tf.relu(y), [0, 1]).dataSync() as Float32Array;
      }),
    );
  }
  expect(results[1]).toEqual(results[0]);
});
