import { expect, test } from 'vitest';
import { builtinDefinitions, catalogueOf } from '../../src/stages/catalogue.ts';
import { machineServices } from '../../src/workers/machine-services.ts';
import { runStage } from '../support/stage-run.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();
const services = machineServices(process.env, process.cwd());
const catalogue = catalogueOf(builtinDefinitions(services), services.directory);
const reason = 'CIFAR10_DIR is not set, and this test is about real images';

test.skipIf(!process.env['CIFAR10_DIR'])(
  `an epoch of ResNet50V2 at 72x72 on 434 real images leaks no tensor (skipped where ${reason})`,
  { timeout: 600_000 },
  async () => {
    const network = { kind: 'resnet50v2', imageSize: 72 };
    const stage = async (uses: string, config: object, inputs: Record<string, string> = {}) =>
      runStage((await catalogue.find(uses, ''))!, directory, config as never, inputs, process.env);
    const { outputs: data } = await stage('cifar10', { otherwise: 'download', trainImages: 434, testImages: 10 });
    const { outputs: initial } = await stage('initial-weights', { network, seed: 1 });

    const { tf } = await services.backend();
    const before = tf.memory().numTensors;
    const trained = await stage(
      'train-teacher',
      {
        network,
        seed: 1,
        epochs: 1,
        batchSize: 128,
        views: { padding: 0, resize: 96, crop: 72, geometry: 'shared' },
        validation: { images: 50, overlap: 0 },
        optimizer: {
          learningRate: 0.001,
          decay: 'constant',
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-7,
          epsilonForm: 'keras',
        },
        averaging: {
          kind: 'swa',
          start: 0,
          period: 2,
          decay: 0.99,
          dynamic: false,
          assign: true,
          refreshBatchNorm: true,
        },
        batchNormVariance: 'unbiased',
        stochasticDepth: 0,
        precision: 'float32',
        checkpointSeconds: 3600,
      },
      { dataset: data['dataset']!, initial: initial['weights']! },
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(trained.warnings).toEqual([]);
    const [first, last] = [trained.progress[0], trained.progress.at(-1)];
    expect(last?.done).toBe(384);
    expect(last?.metrics?.['loss']).toBeLessThan(3.5);
    expect(first?.metrics?.['loss']).toBeGreaterThan(1.5);
  },
);
