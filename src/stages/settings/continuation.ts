import type { Continuation } from '../../engine/definition.ts';
import type { OptimizerSettings } from './training.ts';

/** The settings of a training stage that decide about a continuation. */
type Continuable = {
  readonly optimizer: OptimizerSettings;
  readonly keepEnd: boolean;
};

/**
 * Training for more epochs continues from the end of fewer: the last checkpoint is written before best weights and averages are put in
 * place, so early stopping, plateaus and averaging continue as if there had been no end. Only a learning rate that decreases over the whole
 * run depends on its length: see docs/decisions/0008.
 */
export const trainingContinuation = {
  field: 'epochs',
  keepsEnd: ({ keepEnd }) => keepEnd,
  refusal({ optimizer }) {
    if (optimizer.decay === 'constant') return undefined;
    return {
      message: `its learning rate follows a ${optimizer.decay} decay over all epochs: with more epochs, every step would be different`,
      hint: 'train from the beginning, or set optimizer.decay to constant',
    };
  },
} as const satisfies Continuation<Continuable>;
