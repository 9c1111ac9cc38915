/** A validation metric to watch: lower is better for loss, higher for accuracy. */
export type Monitor = 'loss' | 'accuracy';

/** The validation results of an epoch. */
export interface Figures {
  readonly loss: number;
  readonly accuracy: number;
}

/** Whether a value is better than the best one by more than `minDelta`; any value is better than none. */
export function improves(monitor: Monitor, value: number, best: number | null, minDelta: number): boolean {
  if (best === null) return true;
  return monitor === 'loss' ? value < best - minDelta : value > best + minDelta;
}
