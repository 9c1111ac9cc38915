import type { Averaging, Objective, TrainingSettings } from '../../nn/index.ts';
import type { NetworkSettings } from './networks.ts';
import { buildNetwork } from './networks.ts';
import type {
  AveragingSettings,
  EarlyStoppingSettings,
  OptimizerSettings,
  ReduceLearningRateSettings,
} from './training.ts';

/** What teacher and student have in common in their training settings. */
export interface CommonTraining {
  readonly network: NetworkSettings;
  readonly seed: number;
  readonly epochs: number;
  readonly optimizer: OptimizerSettings;
  readonly averaging?: AveragingSettings;
  readonly reduceLearningRate?: ReduceLearningRateSettings;
  readonly earlyStopping?: EarlyStoppingSettings;
  readonly batchNormVariance: 'unbiased' | 'biased';
  readonly batchNormReplicas?: number;
  readonly precision: 'float32' | 'bfloat16';
}

/** The settings of a training run, except its objective. */
export function trainingSettings(
  config: CommonTraining,
  own: Pick<TrainingSettings, 'objective' | 'stochasticDepth'>,
): TrainingSettings {
  const { seed, epochs, optimizer, reduceLearningRate, earlyStopping, batchNormVariance, precision } = config;
  const { batchNormReplicas = 1 } = config;
  return {
    ...own,
    network: buildNetwork(config.network),
    seed,
    epochs,
    optimizer,
    averaging: averagingOf(config.averaging),
    assignAverages: config.averaging?.assign ?? false,
    batchNormVariance,
    batchNormReplicas,
    precision,
    reduceLearningRate,
    earlyStopping,
  };
}

/** The part of an objective for label smoothing. */
export function smoothing({ labelSmoothing }: { readonly labelSmoothing?: number }): Pick<Objective, 'labelSmoothing'> {
  return labelSmoothing === undefined ? {} : { labelSmoothing };
}

function averagingOf(settings: AveragingSettings | undefined): Averaging {
  switch (settings?.kind) {
    case 'swa':
      return { kind: 'swa', start: settings.start, period: settings.period };
    case 'moving-average':
      return { kind: 'moving-average', start: settings.start, decay: settings.decay, dynamic: settings.dynamic };
    case 'epoch':
      return { kind: 'epoch', start: settings.start };
    default:
      return { kind: 'none' };
  }
}
