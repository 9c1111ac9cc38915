import type { RunEvent, RunListener } from '../engine/events.ts';
import { progressWords } from './progress-line.ts';
import { ProgressMeter } from './progress-rate.ts';
import { reasonWords } from './reason.ts';
import { duration } from './units.ts';

/** What a display needs of the outside. */
export interface DisplayOptions {
  readonly write: (text: string) => void;
  /** Seconds on a steady clock. */
  readonly now: () => number;
}

const secondsBetweenProgressLines = 15;

/** Says what happens a line at a time, for pipes and logs; progress at most every 15 seconds a stage. */
export function plainDisplay({ write, now }: DisplayOptions): RunListener {
  const meters = new Map<string, ProgressMeter>();
  const lastLine = new Map<string, number>();
  const line = (stage: string, text: string) => write(`${stage}: ${text}\n`);

  return (event: RunEvent) => {
    switch (event.type) {
      case 'run-started':
        write(`${event.pipeline}: run ${event.run}, ${event.stages.length} stages\n`);
        break;
      case 'stage-hit':
        line(event.stage, `reused (saved ${duration(event.savedSeconds)})`);
        break;
      case 'stage-waiting':
        line(event.stage, `waiting: ${event.holder} computes it`);
        break;
      case 'stage-started':
        lastLine.set(event.stage, now());
        line(
          event.stage,
          `runs${event.attempt > 1 ? `, attempt ${event.attempt}` : ''} (${reasonWords(event.reason)})`,
        );
        break;
      case 'stage-progress': {
        const meter = meters.get(event.stage) ?? new ProgressMeter();
        meters.set(event.stage, meter);
        const rate = meter.update(event.progress, now());
        if (now() - (lastLine.get(event.stage) ?? 0) < secondsBetweenProgressLines) break;
        lastLine.set(event.stage, now());
        line(event.stage, progressWords(event.progress, rate));
        break;
      }
      case 'stage-warning':
        line(event.stage, `warning: ${event.message}`);
        break;
      case 'stage-finished':
        line(event.stage, `done in ${duration(event.seconds)}`);
        break;
      case 'stage-failed':
        line(
          event.stage,
          `FAILED after ${duration(event.seconds)}: ${event.message}${event.hint ? `\n  hint: ${event.hint}` : ''}`,
        );
        break;
      case 'stage-skipped':
        line(event.stage, `skipped (${event.because})`);
        break;
      case 'warning':
        write(`warning: ${event.message}\n`);
        break;
      case 'run-finished':
        break;
    }
  };
}
