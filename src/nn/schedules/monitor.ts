/** A validation figure to watch: lower is better for loss, higher for accuracy. */
export type Monitor = 'loss' | 'accuracy';

/** What validation found after an epoch. */
export interface Figures {
  readonly loss: number;
  readonly accuracy: number;
}

/** Whether a figure beats the best one by more than `minDelta`; anything beats none. */
export function improves(monitor: Monitor, value: number, best: number | null, minDelta: number): boolean {
  if (best === null) return true;
  return monitor === 'loss' ? value < best - minDelta : value > best + minDelta;
}
