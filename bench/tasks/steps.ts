import type { Backend } from '../../src/compute/index.ts';
import {
  drawInitialWeights,
  type Network,
  type Objective,
  openClassifier,
  resnet,
  resnet50v2,
  type TrainingSettings,
} from '../../src/nn/index.ts';
import { TrainingRun } from '../../src/nn/training/run.ts';
import type { Task, TaskContext } from '../task.ts';
import { batchSize, randomBatch } from './random-batch.ts';

const classes = 10;
const large = () => resnet50v2({ imageSize: 72, classes });
const small = () => resnet({ imageSize: 32, classes, channels: [16, 32, 64] });

const crossEntropy: Objective = { kind: 'cross-entropy' };

/** The loss of the example: the mean of cross-entropy and of the divergence at temperature 10. */
const distillation: Objective = {
  kind: 'distillation',
  temperature: 10,
  temperatureSquared: false,
  crossEntropyWeight: 0.5,
  distillationWeight: 0.5,
  confidence: 0,
};

/** The optimizer of Keras's `compile(optimizer="adam")`. */
export function plainTraining(network: Network, objective: Objective = crossEntropy): TrainingSettings {
  return {
    network,
    objective,
    epochs: 1,
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, epsilonForm: 'keras', learningRate: 1e-3, decay: 'constant' },
    averaging: { kind: 'none' },
    assignAverages: false,
    batchNormVariance: 'biased',
    batchNormReplicas: 1,
    stochasticDepth: 0,
    precision: 'float32',
    seed: 0,
    reduceLearningRate: undefined,
    earlyStopping: undefined,
  };
}

/** A step of the teacher at full size. Its views are float32, because a resize leaves fractions. */
export async function teacherStep({ backend, environment }: TaskContext): Promise<Task> {
  return trainingTask(await backend(), plainTraining(large()), { size: batchSize(environment), pixels: 'float32' });
}

/** The same step in bfloat16. */
export async function narrowTeacherStep({ backend, environment }: TaskContext): Promise<Task> {
  const settings: TrainingSettings = { ...plainTraining(large()), precision: 'bfloat16' };
  return trainingTask(await backend(), settings, { size: batchSize(environment), pixels: 'float32' });
}

/** The same step, one operation at a time. */
export async function eagerTeacherStep({ backend, environment }: TaskContext): Promise<Task> {
  const compiled = await backend();
  const eager: Backend = { ...compiled, compile: (spec) => compiled.interpret(spec) };
  return trainingTask(eager, plainTraining(large()), { size: batchSize(environment), pixels: 'float32' });
}

/** A step of the student at full size, with its teacher's logits. Noisy views are bytes. */
export async function studentStep({ backend, environment }: TaskContext): Promise<Task> {
  return trainingTask(await backend(), plainTraining(large(), distillation), {
    size: batchSize(environment),
    pixels: 'uint8',
  });
}

/** A step of the teacher in `quick.yaml`. */
export async function smallStep({ backend }: TaskContext): Promise<Task> {
  return trainingTask(await backend(), plainTraining(small()), { size: 128, pixels: 'uint8' });
}

/** The same step with the batches of `quick.yaml`, on any backend. */
export async function quickStep({ backend }: TaskContext): Promise<Task> {
  return trainingTask(await backend(), plainTraining(small()), { size: 32, pixels: 'uint8' });
}

/** Logits of the network at full size. */
export async function inference({ backend, environment }: TaskContext): Promise<Task> {
  return inferenceTask(await backend(), large(), { size: batchSize(environment), pixels: 'float32' });
}

/** Logits of the network of `quick.yaml`, on any backend. */
export async function quickInference({ backend }: TaskContext): Promise<Task> {
  return inferenceTask(await backend(), small(), { size: 32, pixels: 'uint8' });
}

function inferenceTask(
  backend: Backend,
  network: Network,
  form: { readonly size: number; readonly pixels: 'uint8' | 'float32' },
): Task {
  const classifier = openClassifier(backend, network, drawInitialWeights(network, 0), form);
  const { mode } = classifier;
  if (backend.device.backend === 'tensorflow' && mode.kind !== 'compiled') {
    throw new Error(`not compiled: ${mode.reason}`);
  }
  const { images } = randomBatch(form.size, network.imageSize, form.pixels);
  return {
    imagesPerStep: form.size,
    async step() {
      classifier.logits(images, form.size);
    },
  };
}

/** For tasks with their own batches. */
export async function* noBatches() {}

function trainingTask(
  backend: Backend,
  settings: TrainingSettings,
  form: { readonly size: number; readonly pixels: 'uint8' | 'float32' },
): Task {
  const { network } = settings;
  const run = new TrainingRun(settings, {
    backend,
    initial: drawInitialWeights(network, 0),
    data: { images: form.size, batchSize: form.size, pixels: form.pixels, batches: noBatches },
    refresh: undefined,
    validation: { batchSize: form.size, pixels: form.pixels, batches: noBatches },
  });
  if (backend.xlaSteps !== undefined && !(run.mode.kind === 'compiled' && run.mode.xla)) {
    throw new Error('XLA does not compile its steps');
  }
  const batch = randomBatch(form.size, network.imageSize, form.pixels);
  return {
    imagesPerStep: form.size,
    async step() {
      run.step(batch);
    },
  };
}
