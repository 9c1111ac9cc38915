import { type Figures, improves, type Monitor } from './monitor.ts';

/** Settings of Keras's EarlyStopping. */
export interface EarlyStopping {
  readonly monitor: Monitor;
  /** Epochs without improvement after which training stops. */
  readonly patience: number;
  readonly minDelta: number;
  /** When the best weights are restored: only if training stopped early (Keras 2), always at the end (Keras 3), or never. */
  readonly restore: 'at-stop' | 'always' | 'never';
}

/** Its state between epochs; plain JSON. */
export interface StoppingState {
  readonly best: number | null;
  readonly wait: number;
  readonly stopped: boolean;
}

/** Before the first epoch. */
export const startStopping: StoppingState = { best: null, wait: 0, stopped: false };

/** Updates the state after an epoch's validation, as in Keras (`keras.callbacks.EarlyStopping.on_epoch_end`). */
export function stopEarly(
  settings: EarlyStopping,
  state: StoppingState,
  figures: Figures,
): { readonly state: StoppingState; readonly improved: boolean } {
  const value = figures[settings.monitor];
  if (improves(settings.monitor, value, state.best, settings.minDelta)) {
    return { state: { best: value, wait: 0, stopped: false }, improved: true };
  }
  const wait = state.wait + 1;
  return { state: { ...state, wait, stopped: wait >= settings.patience }, improved: false };
}

/** Whether the weights of the best epoch replace the last ones at the end. */
export function restoresBest(settings: EarlyStopping, state: StoppingState): boolean {
  return settings.restore === 'always' || (settings.restore === 'at-stop' && state.stopped);
}
