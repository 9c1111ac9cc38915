import { type RunEvent, RunState } from '../engine/index.ts';
import { shownLine } from '../problem/shown.ts';
import type { Display } from './display.ts';
import { failureLines } from './failure.ts';
import { plainPalette } from './palette.ts';
import { progressWords } from './progress-line.ts';
import { continuedWords, reasonWords } from './reason.ts';
import { duration, stageCount } from './units.ts';

/** What the plain display needs from outside. */
export interface PlainOptions {
  readonly write: (text: string) => void;
  /** Seconds on a steady clock. */
  readonly now: () => number;
}

const secondsBetweenProgressLines = 15;

/** Prints events one line at a time, for pipes and logs; progress at most every 15 seconds per stage. */
export function plainDisplay({ write, now }: PlainOptions): Display {
  const run = new RunState();
  const lastLine = new Map<string, number>();
  const say = (line: string) => write(`${line}\n`);
  const of = (stage: string, text: string) => say(`${stage}: ${text}`);

  const hear = (event: RunEvent) => {
    run.apply(event, now());
    switch (event.type) {
      case 'run-started':
        say(`${shownLine(event.pipeline)}: run ${event.run}, ${stageCount(event.stages.length)}`);
        break;
      case 'stage-hit':
        of(event.stage, `reused (saved ${duration(event.savedSeconds)})`);
        break;
      case 'stage-waiting':
        of(event.stage, `waiting: ${event.holder} is computing it`);
        break;
      case 'stage-started': {
        lastLine.set(event.stage, now());
        const attempt = event.attempt > 1 ? `, attempt ${event.attempt}` : '';
        of(event.stage, `runs${attempt} (${reasonWords(event.reason)})`);
        break;
      }
      case 'stage-continued':
        of(event.stage, continuedWords(event));
        break;
      case 'stage-progress': {
        const stage = run.stageOf(event.stage);
        const rate = stage.state === 'running' ? stage.progress?.rate : undefined;
        if (!rate || now() - (lastLine.get(event.stage) ?? 0) < secondsBetweenProgressLines) break;
        lastLine.set(event.stage, now());
        of(event.stage, progressWords(event.progress, rate));
        break;
      }
      case 'stage-warning':
        of(event.stage, `warning: ${event.message}`);
        break;
      case 'stage-finished':
        of(event.stage, `done in ${duration(event.seconds)}`);
        break;
      case 'stage-failed':
        of(event.stage, `failed after ${duration(event.seconds)}`);
        say(failureLines(event, plainPalette));
        break;
      case 'stage-skipped':
        of(event.stage, `skipped (${event.because})`);
        break;
      case 'warning':
        say(`warning: ${event.message}`);
        break;
    }
  };
  return { hear, say };
}
