import type { ProgramSpec } from '../../compute/index.ts';
import type { Network } from '../networks/network.ts';
import type { Decay } from '../schedules/decay.ts';
import type { EarlyStopping } from '../schedules/early-stopping.ts';
import type { ReduceOnPlateau } from '../schedules/reduce-on-plateau.ts';
import type { Adam } from './adam.ts';
import type { Averaging } from './averaging.ts';
import type { Objective } from './objective.ts';

/** Everything that decides what training computes, except its data and its initial weights. */
export interface TrainingSettings {
  readonly network: Network;
  readonly objective: Objective;
  readonly epochs: number;
  readonly optimizer: Adam & { readonly learningRate: number; readonly decay: Decay };
  readonly averaging: Averaging;
  /** Whether the averages become the final weights. */
  readonly assignAverages: boolean;
  /** Which batch variance updates the moving statistics: unbiased, as in Keras 2's fused operation, or biased, as in Keras 3. */
  readonly batchNormVariance: 'unbiased' | 'biased';
  /** Number of equal parts of a batch for which batch norm computes separate statistics; their mean updates the moving statistics. */
  readonly batchNormReplicas: number;
  /** Probability that a step skips the last block, which decreases linearly to 0 before the first (Huang et al. 2016); 0: never. */
  readonly stochasticDepth: number;
  /** The precision of convolutions and products; weights, statistics and the loss stay float32. */
  readonly precision: NonNullable<ProgramSpec['precision']>;
  /** Seed of the draws of stochastic depth: an integer in [0, 2^32). */
  readonly seed: number;
  readonly reduceLearningRate: ReduceOnPlateau | undefined;
  readonly earlyStopping: EarlyStopping | undefined;
}
