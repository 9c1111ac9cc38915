import { createLogUpdate } from 'log-update';
import { type RunEvent, RunState } from '../engine/index.ts';
import { shownLine } from '../problem/shown.ts';
import { boardLines } from './board-lines.ts';
import type { Display } from './display.ts';
import { displayWidth } from './display-width.ts';
import { failureLines } from './failure.ts';
import type { Palette } from './palette.ts';
import { continuedWords } from './reason.ts';

/** What the live display needs from outside. */
export interface LiveOptions {
  readonly stream: NodeJS.WriteStream;
  readonly palette: Palette;
  /** Seconds on a steady clock. */
  readonly now: () => number;
}

const frameMilliseconds = 100;
const usualTerminal = { columns: 80, rows: 24 };

/**
 * A table of stages that is redrawn in place on a terminal, with bars, rates and the time left; permanent output is written above it. At
 * the end of the run, the table is removed, because the summary tells more.
 */
export function liveDisplay({ stream, palette, now }: LiveOptions): Display {
  const log = createLogUpdate(stream);
  const run = new RunState();
  let number = 0;
  let timer: NodeJS.Timeout | undefined;

  let drawn: readonly string[] = [];
  const draw = () => {
    if (run.outlines.length === 0 || run.outcome) return;
    const columns = stream.columns || usualTerminal.columns;
    const rows = stream.rows || usualTerminal.rows;
    drawn = boardLines(run, { columns, rows, now: now(), number, palette });
    log(drawn.join('\n'));
  };
  /**
   * A narrower terminal has wrapped the lines: all of them must be erased, because the redrawing code only knows the lines that it wrote.
   */
  const redraw = () => {
    const columns = stream.columns || usualTerminal.columns;
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    if (rows > drawn.length) {
      stream.write(`\u001b[${rows}A\r\u001b[J`);
      log.done();
    }
    draw();
  };
  const say = (line: string) => {
    log.clear();
    stream.write(`${line}\n`);
    draw();
  };
  const warn = (text: string) => say(`${palette.yellow('warning:')} ${text}`);

  const hear = (event: RunEvent) => {
    run.apply(event, now());
    switch (event.type) {
      case 'run-started':
        say(`${palette.bold(shownLine(event.pipeline))} ${palette.dim(`run ${event.run}`)}`);
        timer = setInterval(() => {
          number += 1;
          draw();
        }, frameMilliseconds);
        timer.unref();
        stream.on('resize', redraw);
        break;
      case 'stage-continued':
        say(`${event.stage}: ${continuedWords(event)}`);
        break;
      case 'stage-failed':
        say(failureLines(event, palette));
        break;
      case 'stage-warning':
        warn(`${event.stage}: ${event.message}`);
        break;
      case 'warning':
        warn(event.message);
        break;
      case 'run-finished':
        clearInterval(timer);
        stream.off('resize', redraw);
        log.clear();
        log.done();
        break;
    }
  };
  return { hear, say };
}
