import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { interpretProgram } from '../../../../src/compute/graph/interpret.ts';
import type { Device } from '../../../../src/compute/index.ts';
import { drawInitialWeights } from '../../../../src/nn/index.ts';
import { writeDataset } from '../../../../src/stages/files/dataset-file.ts';
import { writeWeights } from '../../../../src/stages/files/weights-file.ts';
import type { Services } from '../../../../src/stages/services.ts';
import { buildNetwork } from '../../../../src/stages/settings/networks.ts';
import { trainStudent } from '../../../../src/stages/train-student/kind.ts';
import { lcg } from '../../../support/reference.ts';
import { runStage } from '../../../support/stage-run.ts';
import { testBackend } from '../../nn/backend.ts';

const settings = { kind: 'resnet', imageSize: 32, channels: [16, 16] } as const;

/** The network of the student. */
export const network = buildNetwork(settings);

/** Writes 24 images of noise and initial weights into a directory. */
export async function writeInputs(directory: string): Promise<void> {
  const noise = lcg(1);
  const images = Uint8Array.from({ length: 24 * 32 * 32 * 3 }, () => 256 * noise.uniform());
  const split = { images, labels: Uint8Array.from({ length: 24 }, (_, index) => index % 10) };
  await writeDataset(inputsIn(directory).dataset, { train: split, test: split }, 'noise');
  await writeWeights(inputsIn(directory).initial, network, drawInitialWeights(network, 1));
}

function inputsIn(directory: string) {
  return { dataset: join(directory, 'dataset.safetensors'), initial: join(directory, 'initial.safetensors') };
}

/**
 * Trains a student that learns next to nothing for one epoch, with a checkpoint at every step.
 * @param changed settings. @param device what the backend is said to compute on. @param checkpoints a folder with those of another attempt.
 * @param isEager whether programs run one operation at a time.
 */
export async function trainSmallStudent(
  directory: string,
  changed: object,
  device: Partial<Device> = {},
  checkpoints: string = mkdtempSync(join(directory, 'checkpoints-')),
  isEager = false,
) {
  const backend = await testBackend();
  const services: Services = {
    environment: {},
    directory,
    cacheDirectory: directory,
    threads: 1,
    viewWorkers: 0,
    now: () => 0,
    backend: async () => ({
      ...backend,
      device: { ...backend.device, ...device },
      ...(isEager && { compile: (spec) => interpretProgram(backend.tf, spec, 'no graphs') }),
    }),
  };
  const config = {
    ...{ network: settings, seed: 1, epochs: 1, batchSize: 8, validation: { images: 8, overlap: 0 } },
    views: { padding: 4, resize: 40, crop: 32, geometry: 'shared' },
    optimizer: { learningRate: 1e-9, decay: 'constant', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, epsilonForm: 'keras' },
    averaging: {
      kind: 'epoch',
      start: 0,
      period: 10,
      decay: 0.99,
      dynamic: false,
      assign: true,
      refreshBatchNorm: true,
    },
    ...{ batchNormVariance: 'unbiased', precision: 'float32', checkpointSeconds: 0, keepEnd: false, workers: 0 },
    ...{ temperature: 10, temperatureSquared: false, crossEntropyWeight: 0.5, distillationWeight: 0.5, confidence: 0 },
    pairing: 'same-image',
    ...changed,
  };
  return runStage(trainStudent(services), directory, config, inputsIn(directory), { checkpoints });
}
