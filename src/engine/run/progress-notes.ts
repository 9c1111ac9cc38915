import type { Progress } from '../definition.ts';
import { type Curve, Curves } from './curves.ts';
import type { RunEvent } from './events.ts';

/** What is known about a stage only while it runs. */
export interface ProgressNote {
  /** When it was reported, in seconds on the clock of the caller. */
  readonly at: number;
  readonly progress: Progress;
  /** The metrics of its steps so far, thinned. */
  readonly curves: Readonly<Record<string, Curve>>;
}

/** As many points as a small chart can show, and the newest. */
const mostPoints = 200;

/** The progress of the stages that are running now. Its size is bounded by the number of running stages and by the points of a curve. */
export class ProgressNotes {
  readonly #running = new Map<string, { at: number; progress: Progress | undefined; readonly curves: Curves }>();

  hear(event: RunEvent, at: number): void {
    switch (event.type) {
      case 'stage-started':
        this.#running.set(event.stage, { at, progress: undefined, curves: new Curves(mostPoints) });
        break;
      case 'stage-progress': {
        const note = this.#running.get(event.stage);
        if (!note) return;
        const { step, metrics } = event.progress;
        Object.assign(note, { at, progress: event.progress });
        if (step !== undefined) note.curves.add(step, metrics ?? {});
        break;
      }
      case 'stage-finished':
      case 'stage-failed':
      case 'stage-skipped':
        this.#running.delete(event.stage);
    }
  }

  /** By stage, for those that have reported something. */
  get stages(): Readonly<Record<string, ProgressNote>> {
    const notes = [...this.#running].flatMap(([stage, { at, progress, curves }]) =>
      progress ? [[stage, { at, progress, curves: curves.file().curves }] as const] : [],
    );
    return Object.fromEntries(notes);
  }
}
