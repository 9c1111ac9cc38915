import type { Network, TrainingSettings } from '../../../src/nn/index.ts';

/** Cross-entropy with Adam and nothing else, but for what is overridden. */
export function plainSettings(network: Network, overrides: Partial<TrainingSettings> = {}): TrainingSettings {
  return {
    network,
    objective: { kind: 'cross-entropy' },
    epochs: 1,
    optimizer: { learningRate: 1e-3, decay: 'constant', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, epsilonForm: 'keras' },
    averaging: { kind: 'none' },
    assignAverages: true,
    batchNormVariance: 'unbiased',
    batchNormReplicas: 1,
    stochasticDepth: 0,
    precision: 'float32',
    seed: 0,
    reduceLearningRate: undefined,
    earlyStopping: undefined,
    ...overrides,
  };
}
