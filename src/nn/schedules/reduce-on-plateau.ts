import { type Figures, improves, type Monitor } from './monitor.ts';

/** Settings of Keras's ReduceLROnPlateau. */
export interface ReduceOnPlateau {
  readonly monitor: Monitor;
  readonly factor: number;
  /** Epochs without improvement before the learning rate is reduced. */
  readonly patience: number;
  readonly minDelta: number;
  /** Epochs after a reduction that are not counted. */
  readonly cooldown: number;
  /** Lower bound of the learning rate. */
  readonly minimum: number;
}

/** Its state between epochs; plain JSON. */
export interface PlateauState {
  readonly rate: number;
  readonly best: number | null;
  readonly wait: number;
  readonly cooldownLeft: number;
}

/** Before the first epoch. */
export function startPlateau(rate: number): PlateauState {
  return { rate, best: null, wait: 0, cooldownLeft: 0 };
}

/**
 * Updates the state after an epoch's validation, as in Keras (`keras.callbacks.ReduceLROnPlateau.on_epoch_end`): a reduction keeps the best
 * value.
 */
export function reduceOnPlateau(settings: ReduceOnPlateau, state: PlateauState, figures: Figures): PlateauState {
  const value = figures[settings.monitor];
  const cooldownLeft = Math.max(state.cooldownLeft - 1, 0);
  if (improves(settings.monitor, value, state.best, settings.minDelta)) {
    return { ...state, best: value, wait: 0, cooldownLeft };
  }
  if (cooldownLeft > 0) return { ...state, cooldownLeft };
  if (state.wait + 1 < settings.patience) return { ...state, wait: state.wait + 1, cooldownLeft };
  const rate = Math.max(state.rate * settings.factor, Math.min(settings.minimum, state.rate));
  return { ...state, rate, wait: 0, cooldownLeft: settings.cooldown };
}
