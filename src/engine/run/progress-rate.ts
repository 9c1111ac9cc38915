import type { Progress } from '../definition.ts';

/** The speed of a stage. */
export interface Rate {
  /** Units per second, over the last samples; undefined before there are two. */
  readonly perSecond: number | undefined;
  /** Seconds left at that rate. */
  readonly secondsLeft: number | undefined;
}

const windowSeconds = 10;

/** Measures the speed of one stage over a sliding window; a new label starts again. */
export class ProgressMeter {
  #label = '';
  #samples: { at: number; done: number }[] = [];

  /** @param now seconds on any steady clock. */
  update(progress: Progress, now: number): Rate {
    if (progress.label !== this.#label) {
      this.#label = progress.label;
      this.#samples = [];
    }
    this.#samples.push({ at: now, done: progress.done });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > windowSeconds) this.#samples.shift();
    const first = this.#samples[0];
    if (!first || now <= first.at || progress.done <= first.done)
      return { perSecond: undefined, secondsLeft: undefined };
    const perSecond = (progress.done - first.done) / (now - first.at);
    const secondsLeft = progress.total > 0 ? (progress.total - progress.done) / perSecond : undefined;
    return { perSecond, secondsLeft };
  }
}
