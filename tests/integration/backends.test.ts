import { beforeAll, describe, expect, test } from 'vitest';
import { adamState } from '../../src/compute/graph/updates.ts';
import { type Backend, type Build, usableBuild } from '../../src/compute/index.ts';
import { openJavaScript } from '../../src/compute/javascript.ts';
import { findGpus } from '../../src/compute/setup/gpu.ts';
import { openTensorflow } from '../../src/compute/tensorflow.ts';
import { openWasm } from '../../src/compute/wasm/open.ts';
import { type Batch, drawInitialWeights, type Network, resnet, resnet50v2 } from '../../src/nn/index.ts';
import { initialAdam } from '../../src/nn/training/adam.ts';
import { trainingFunctions, trainingProgram } from '../../src/nn/training/program.ts';
import { TrainingRun } from '../../src/nn/training/run.ts';
import { smallProgram } from '../unit/compute/small-network.ts';
import { plainSettings } from '../unit/nn/settings.ts';

const environment = process.env;
const small = resnet({ imageSize: 16, classes: 10, channels: [8, 8, 16] });

/** Two TensorFlow backends cannot share a process: the GPU build is tested if there is a GPU, otherwise the CPU build. */
const native: Build = (await findGpus(environment)).length > 0 ? 'gpu' : 'cpu';
const isSetUp = (await usableBuild({ environment, build: native })) !== undefined;

/** WebAssembly with one thread: more give the same bits (wasm.test.ts), and wait for each other where tests share the cores. */
const backends: readonly { name: string; missing: string | undefined; open: () => Promise<Backend> }[] = [
  {
    name: `tensorflow-${native}`,
    missing: isSetUp ? undefined : 'TensorFlow is not set up; run: pipe setup',
    open: () => openTensorflow({ environment, build: native }),
  },
  { name: 'wasm', missing: undefined, open: () => openWasm(1) },
  { name: 'javascript', missing: undefined, open: openJavaScript },
];

/** The results of training: the loss of each step, and every variable after the last. */
interface Trained {
  readonly losses: readonly number[];
  readonly variables: ReadonlyMap<string, Float32Array>;
}

const trained = new Map<string, Trained>();

/** Made-up images and labels, different at every step. */
function batchOf(network: Network, size: number, step: number): Batch {
  const images = Uint8Array.from(
    { length: size * network.imageSize ** 2 * 3 },
    (_, i) => 127 + 127 * Math.sin(0.01 * i * (1 + ((i + step) % 7))),
  );
  return { images, labels: Int32Array.from({ length: size }, (_, i) => (i + step) % 10), size };
}

/** Some steps of the recipe's training on made-up images. */
function train(backend: Backend, network: Network, steps: number, size = 8): Trained {
  const settings = plainSettings(network);
  const form = { size, pixels: 'uint8' } as const;
  const spec = trainingProgram(backend, settings, { steps: [form], refresh: [], evaluation: form });
  const program = backend.compile(spec);
  program.write(drawInitialWeights(network, 1));
  program.write(initialAdam(settings.optimizer));
  const losses = Array.from({ length: steps }, (_, step) => {
    const { images, labels } = batchOf(network, form.size, step);
    const inputs = { images, labels: Int32Array.from(labels), rate: Float32Array.of(1e-3) };
    return program.run(trainingFunctions.step(form.size), inputs)['loss']?.[0] ?? Number.NaN;
  });
  const variables = program.read(spec.variables.map(({ name }) => name));
  program.dispose();
  return { losses, variables };
}

async function* noBatches() {}

/** A student's run: soft targets, unlabelled images, skipped blocks, averages that become the weights, recomputed batch-norm statistics. */
function trainStudent(backend: Backend, steps: number): Trained {
  const size = 8;
  const data = { batchSize: size, pixels: 'uint8', batches: noBatches } as const;
  const settings = plainSettings(small, {
    objective: {
      kind: 'distillation',
      temperature: 10,
      temperatureSquared: false,
      crossEntropyWeight: 0.5,
      distillationWeight: 0.5,
      confidence: 0,
    },
    averaging: { kind: 'swa', start: 5, period: 3 },
    stochasticDepth: 0.2,
  });
  const run = new TrainingRun(settings, {
    backend,
    initial: drawInitialWeights(small, 1),
    data: { ...data, images: size * steps },
    refresh: { ...data, images: size * steps },
    validation: data,
  });
  const losses = Array.from({ length: steps }, (_, step) => {
    const batch = batchOf(small, size, step);
    const labels = Int32Array.from(batch.labels, (label, i) => (i % 4 === 3 ? -1 : label));
    const teacherLogits = Float32Array.from({ length: size * small.classes }, (_, i) => 5 * Math.sin(i * (step + 1)));
    return run.step({ ...batch, labels, teacherLogits }).loss;
  });
  run.settleWeights();
  for (let index = 0; index < 3; index += 1) run.refreshBatchNorm(batchOf(small, size, index), index);
  // Not the weights: a bias before a batch norm has no effect and no gradient, and Adam turns its rounding errors into steps.
  const variables = new Map([['logits of three images', run.classifier.logits(batchOf(small, 3, 0).images, 3)]]);
  run.dispose();
  return { losses, variables };
}

/** The relative distance: |a - b| / |b|, Euclidean. */
function relativeDistance(a: Float32Array, b: Float32Array): number {
  const length = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length(a.map((value, i) => value - (b[i] ?? 0))) / Math.max(length(b), 1e-12);
}

function expectSame(result: Trained, reference: Trained): void {
  for (const [step, loss] of result.losses.entries()) expect(loss).toBeCloseTo(reference.losses[step] ?? 0, 3);
  for (const [variable, values] of result.variables) {
    const wanted = reference.variables.get(variable) ?? new Float32Array();
    const largest = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? 0))), 0);
    expect(largest, variable).toBeLessThan(1e-3);
  }
}

for (const { name, missing, open } of backends) {
  describe.skipIf(missing !== undefined)(missing === undefined ? name : `${name} (skipped: ${missing})`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await open();
    });

    test('forward: a convolution and a product', () => {
      const { tf } = backend;
      tf.tidy(() => {
        const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
        expect([...tf.conv2d(x, tf.ones([2, 2, 1, 1]), 1, 'same').dataSync()]).toEqual([10, 6, 7, 4]);
        expect([...tf.matMul(tf.tensor2d([1, 2], [1, 2]), tf.tensor2d([3, 4], [2, 1])).dataSync()]).toEqual([11]);
      });
    });

    test('gradients: as the values change', () => {
      const { tf, kernels } = backend;
      tf.tidy(() => {
        const x = tf.tensor4d(
          Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)),
          [1, 4, 4, 3],
        );
        const w = tf.tensor4d(
          Float32Array.from({ length: 54 }, (_, i) => Math.cos(2 * i)),
          [3, 3, 3, 2],
        );
        const f = (w: typeof x) => {
          const y = tf.conv2d(x, w, 1, 'same');
          return tf.sum(tf.square(kernels.batchNormTraining(y, tf.tensor1d([1, 2]), tf.tensor1d([0.5, 0]), 1e-2).y));
        };
        const gradient = tf
          .grad((w) => f(w as typeof x))(w)
          .dataSync() as Float32Array;
        const direction = tf.tensor4d(
          Float32Array.from({ length: 54 }, (_, i) => Math.sin(3 * i)),
          [3, 3, 3, 2],
        );
        const step = 1e-2;
        const change = tf.sub(f(tf.add(w, tf.mul(direction, step))), f(tf.sub(w, tf.mul(direction, step))));
        const slope = gradient.reduce((sum, value, i) => sum + value * Math.sin(3 * i), 0);
        expect(Math.abs((change.dataSync()[0] ?? 0) / (2 * step) - slope)).toBeLessThan(0.01 * Math.abs(slope) + 0.01);
      });
    });

    test('one training step moves every trained weight, and none to NaN', () => {
      const { losses, variables } = train(backend, small, 1);
      expect(losses[0]).toBeGreaterThan(0);
      const initial = drawInitialWeights(small, 1);
      for (const { name, trainable } of small.weights) {
        const values = variables.get(name) ?? new Float32Array();
        expect(values.every(Number.isFinite), name).toBe(true);
        // The bias of a convolution before a batch norm has no effect, so no gradient but rounding.
        if (trainable && name.endsWith('kernel')) expect(values, name).not.toEqual(initial.get(name));
      }
    });

    test('a program gives back what was written, and saves what it computed', () => {
      const program = backend.compile({
        variables: [{ name: 'a', shape: [2, 2] }],
        functions: {
          double: {
            inputs: {},
            body(scope) {
              scope.assign('a', backend.tf.mul(scope.read('a'), 2));
              return {};
            },
          },
        },
      });
      program.write(new Map([['a', Float32Array.of(1, 2, 3, 4)]]));
      program.run('double', {});
      expect(program.read(['a']).get('a')).toEqual(Float32Array.of(2, 4, 6, 8));
      program.dispose();
    });

    test('training keeps no tensor', () => {
      train(backend, small, 1);
      const before = backend.tf.memory().numTensors;
      train(backend, small, 2);
      expect(backend.tf.memory().numTensors).toBe(before);
    });

    test('20 steps end where they end on TensorFlow, within 1e-3', () => {
      const result = train(backend, small, 20);
      trained.set(name, result);
      const reference = trained.get(backends[0]?.name ?? '') ?? result;
      expectSame(result, reference);
      expect(result.losses.at(-1)).toBeLessThan(result.losses[0] ?? 0);
    });

    const tooSlow = name === 'javascript' ? ' (skipped: minutes in plain JavaScript)' : '';
    const student = 'a student ends where it ends on TensorFlow, within 1e-3, and at the same bits when trained again';
    test.skipIf(tooSlow !== '')(student + tooSlow, () => {
      const result = trainStudent(backend, 20);
      trained.set(`${name} student`, result);
      expectSame(result, trained.get(`${backends[0]?.name} student`) ?? result);
      if (backend.device.kind === 'cpu') expect(trainStudent(backend, 20)).toEqual(result);
    });

    test.skipIf(tooSlow !== '')(
      `a step of ResNet50V2 has the loss and the last gradient of TensorFlow${tooSlow}`,
      {
        timeout: 300_000,
      },
      () => {
        const network = resnet50v2({ imageSize: 32, classes: 10 });
        const eager = { ...backend, compile: backend.interpret };
        const { losses, variables } = train(eager, network, 1, 4);
        for (const { name } of network.weights) expect(variables.get(name)?.every(Number.isFinite), name).toBe(true);
        // Further down, batch norms over four values at the initial weights amplify rounding errors to the size of the gradient.
        const last = variables.get(adamState.m('dense/kernel'))!;
        trained.set(`${name} large`, { losses, variables: new Map([['last', last]]) });
        const reference = trained.get(`${backends[0]?.name} large`);
        expect(losses[0]).toBeCloseTo(reference?.losses[0] ?? losses[0]!, 3);
        expect(relativeDistance(last, reference?.variables.get('last') ?? last)).toBeLessThan(1e-2);
      },
    );

    test('steps with maximum pooling and a last batch of another size are those of TensorFlow', () => {
      const program = backend.compile(smallProgram(backend.tf, backend.kernels));
      const filled = (size: number, f: (index: number) => number) =>
        Float32Array.from({ length: size }, (_, i) => f(i));
      program.write(
        new Map([
          ['kernel', filled(108, (i) => 0.3 * Math.sin(i))],
          ['gamma', filled(4, () => 1)],
          // Not zeros: maximum pooling would see ties, which backends break differently.
          ['branch', filled(16, (i) => 0.2 * Math.sin(i + 1))],
          ['bias', filled(4, (i) => 0.1 * (i + 1))],
          ['dense', filled(12, (i) => 0.5 * Math.cos(i))],
          ['adam/beta1-power', Float32Array.of(0.9)],
          ['adam/beta2-power', Float32Array.of(0.999)],
        ]),
      );
      const losses = [8, 8, 5].map((size, step) => {
        const images = Uint8Array.from({ length: size * 108 }, (_, i) => 127 + 127 * Math.sin(i * (step + 1)));
        const labels = Int32Array.from({ length: size }, (_, i) => i % 3);
        const inputs = { images, labels, rate: Float32Array.of(0.01) };
        return program.run(size === 8 ? 'step' : 'last-step', inputs)['loss']?.[0] ?? Number.NaN;
      });
      const result = { losses, variables: program.read(['kernel', 'gamma', 'beta', 'dense', 'mean', 'variance']) };
      program.dispose();
      trained.set(`${name} pooled`, result);
      expectSame(result, trained.get(`${backends[0]?.name} pooled`) ?? result);
    });
  });
}
