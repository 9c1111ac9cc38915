import type { Continuation } from '../../engine/definition.ts';
import type { OptimizerSettings } from './training.ts';

/** What deciding about a continuation needs of a training stage's settings. */
type Continuable = {
  readonly optimizer: OptimizerSettings;
  readonly keepEnd: boolean;
};

/**
 * Training for more epochs continues from the end of fewer: the last checkpoint is written before best weights and averages are
 * put in place, so that early stopping, plateaus and averaging go on as if there had been no end. A learning rate that falls over
 * the whole run is the one thing that depends on how long it is: see docs/decisions/0008.
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
