import { StageError } from '../../problem/errors.ts';

/** How weights are averaged during a run. Steps and epochs count from 0. */
export type Averaging =
  | { readonly kind: 'none' }
  /** Equal mean of the weights after steps start, start + period, … (Izmailov et al. 2018; tfa.optimizers.SWA). */
  | { readonly kind: 'swa'; readonly start: number; readonly period: number }
  /** Exponential mean from step `start` on, starting with the weights before it (tfa.optimizers.MovingAverage). */
  | { readonly kind: 'moving-average'; readonly start: number; readonly decay: number; readonly dynamic: boolean }
  /** Equal mean of the weights at the ends of epochs start, start + 1, … (torch.optim.swa_utils.AveragedModel). */
  | { readonly kind: 'epoch'; readonly start: number };

/** A moment for averaging: after a step, or after an epoch. */
export type AveragingMoment = { readonly step: number } | { readonly epoch: number };

/**
 * How far the average moves to the current weights: average <- average + rate (weights - average).
 * @returns a rate in (0, 1], or 0 if the average stays. The first one of `swa` and `epoch` is 1, a copy.
 */
export function averagingRate(averaging: Averaging, moment: AveragingMoment): number {
  switch (averaging.kind) {
    case 'none':
      return 0;
    case 'swa': {
      if (!('step' in moment)) return 0;
      const since = moment.step - averaging.start;
      return since >= 0 && since % averaging.period === 0 ? 1 / (since / averaging.period + 1) : 0;
    }
    case 'moving-average': {
      if (!('step' in moment)) return 0;
      const since = moment.step - averaging.start;
      if (since < 0) return since === -1 ? 1 : 0;
      return 1 - (averaging.dynamic ? Math.min(averaging.decay, (1 + since) / (10 + since)) : averaging.decay);
    }
    case 'epoch': {
      if (!('epoch' in moment)) return 0;
      const since = moment.epoch - averaging.start;
      return since >= 0 ? 1 / (since + 1) : 0;
    }
  }
}

/** The variable for the average of a weight. */
export function averagingVariable(weight: string): string {
  return `average/${weight}`;
}

/** @throws StageError if averaging would start after the last step (for `epoch`: the last epoch). */
export function checkAveraging(averaging: Averaging, run: { readonly epochs: number; readonly batches: number }): void {
  if (averaging.kind === 'none') return;
  const unit = averaging.kind === 'epoch' ? 'epoch' : 'step';
  const last = (unit === 'epoch' ? run.epochs : run.epochs * run.batches) - 1;
  if (averaging.start <= last) return;
  throw new StageError(
    `averaging would start at ${unit} ${averaging.start}, but the last ${unit} is ${last} (counted from 0)`,
    {
      hint: `start at ${unit} ${last} or before`,
    },
  );
}
