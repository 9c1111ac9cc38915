import type { ProgramSpec } from '../../compute/index.ts';
import type { Network } from '../networks/network.ts';
import type { Decay } from '../schedules/decay.ts';
import type { EarlyStopping } from '../schedules/early-stopping.ts';
import type { ReduceOnPlateau } from '../schedules/reduce-on-plateau.ts';
import type { Adam } from './adam.ts';
import type { Averaging } from './averaging.ts';
import type { Objective } from './objective.ts';

/** Everything that decides what training computes, but for its data and its first weights. */
export interface TrainingSettings {
  readonly network: Network;
  readonly objective: Objective;
  readonly epochs: number;
  readonly optimizer: Adam & { readonly learningRate: number; readonly decay: Decay };
  readonly averaging: Averaging;
  /** Whether the averages become the weights in the end. */
  readonly assignAverages: boolean;
  /** Which batch variance enters the moving statistics: unbiased, as in Keras 2's fused operation, or biased, as in Keras 3. */
  readonly batchNormVariance: 'unbiased' | 'biased';
  /** Equal parts of a batch whose statistics batch norm takes each for itself; their mean moves the moving statistics. */
  readonly batchNormReplicas: number;
  /** Chance that the last block is left out of a step, falling along a line to 0 before the first (Huang et al. 2016); 0: none ever is. */
  readonly stochasticDepth: number;
  /** What convolutions and products are computed in; weights, statistics and the loss stay float32. */
  readonly precision: NonNullable<ProgramSpec['precision']>;
  /** Of the draws of stochastic depth: an integer in [0, 2^32). */
  readonly seed: number;
  readonly reduceLearningRate: ReduceOnPlateau | undefined;
  readonly earlyStopping: EarlyStopping | undefined;
}
