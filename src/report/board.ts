import type { Progress, RunEvent, StageOutline } from '../engine/index.ts';
import { ProgressMeter, type Rate } from './progress-rate.ts';
import { reasonWords } from './reason.ts';

/** What is known of a stage while a run goes on. Times in seconds on the display's clock. */
export type StageState =
  | { readonly state: 'pending' }
  | { readonly state: 'reused'; readonly savedSeconds: number }
  | { readonly state: 'waiting'; readonly holder: string }
  | {
      readonly state: 'running';
      readonly since: number;
      readonly why: string;
      readonly progress?: { readonly latest: Progress; readonly rate: Rate };
    }
  | { readonly state: 'done'; readonly seconds: number; readonly why: string }
  | { readonly state: 'failed'; readonly seconds: number }
  | { readonly state: 'skipped'; readonly because: string };

/** The state of every stage of a run, kept up by its events. */
export class Board {
  readonly outlines: readonly StageOutline[];
  /** When the run began. */
  readonly since: number;
  readonly #states = new Map<string, StageState>();
  readonly #meters = new Map<string, ProgressMeter>();

  constructor(outlines: readonly StageOutline[], since: number) {
    this.outlines = outlines;
    this.since = since;
  }

  stateOf(id: string): StageState {
    return this.#states.get(id) ?? { state: 'pending' };
  }

  /** Takes in what an event says of a stage. @param now seconds on the display's clock. */
  hear(event: RunEvent, now: number): void {
    switch (event.type) {
      case 'stage-hit':
        this.#states.set(event.stage, { state: 'reused', savedSeconds: event.savedSeconds });
        break;
      case 'stage-waiting':
        this.#states.set(event.stage, { state: 'waiting', holder: event.holder });
        break;
      case 'stage-started': {
        const why = event.attempt > 1 ? `attempt ${event.attempt}` : reasonWords(event.reason);
        this.#states.set(event.stage, { state: 'running', since: now, why });
        this.#meters.set(event.stage, new ProgressMeter());
        break;
      }
      case 'stage-progress':
        this.#progress(event.stage, event.progress, now);
        break;
      case 'stage-finished': {
        const before = this.stateOf(event.stage);
        const why = before.state === 'running' ? before.why : '';
        this.#states.set(event.stage, { state: 'done', seconds: event.seconds, why });
        break;
      }
      case 'stage-failed':
        this.#states.set(event.stage, { state: 'failed', seconds: event.seconds });
        break;
      case 'stage-skipped':
        this.#states.set(event.stage, { state: 'skipped', because: event.because });
        break;
    }
  }

  #progress(stage: string, latest: Progress, now: number): void {
    const before = this.stateOf(stage);
    const meter = this.#meters.get(stage);
    if (before.state !== 'running' || !meter) return;
    this.#states.set(stage, { ...before, progress: { latest, rate: meter.update(latest, now) } });
  }
}
