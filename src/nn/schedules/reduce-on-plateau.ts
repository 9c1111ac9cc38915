import { type Figures, improves, type Monitor } from './monitor.ts';

/** Settings of Keras's ReduceLROnPlateau. */
export interface ReduceOnPlateau {
  readonly monitor: Monitor;
  readonly factor: number;
  /** Epochs without improvement after which the learning rate falls. */
  readonly patience: number;
  readonly minDelta: number;
  /** Epochs after a reduction in which none is counted. */
  readonly cooldown: number;
  /** The learning rate never falls below this. */
  readonly minimum: number;
}

/** What it remembers from epoch to epoch; plain JSON. */
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

/** After an epoch's validation, as Keras counts (`keras.callbacks.ReduceLROnPlateau.on_epoch_end`): a reduction does not forget the best. */
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
