import { createLogUpdate } from 'log-update';
import colors from 'picocolors';
import type { Progress } from '../engine/definition.ts';
import type { RunEvent, RunListener, StageOutline } from '../engine/events.ts';
import type { DisplayOptions } from './plain.ts';
import { bar, progressWords } from './progress-line.ts';
import { ProgressMeter, type Rate } from './progress-rate.ts';
import { reasonWords } from './reason.ts';
import { duration } from './units.ts';

type Row =
  | { readonly state: 'pending' }
  | { readonly state: 'reused'; readonly saved: number }
  | { readonly state: 'waiting'; readonly holder: string }
  | {
      readonly state: 'running';
      readonly since: number;
      readonly why: string;
      readonly progress?: Progress;
      readonly rate?: Rate;
    }
  | { readonly state: 'done'; readonly seconds: number; readonly why: string }
  | { readonly state: 'failed'; readonly seconds: number }
  | { readonly state: 'skipped'; readonly because: string };

const framesMilliseconds = 100;
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A table of stages that is redrawn in place on a terminal, with bars, rates and the time left. */
export function liveDisplay({
  now,
  stream,
}: Pick<DisplayOptions, 'now'> & { stream: NodeJS.WriteStream }): RunListener {
  const log = createLogUpdate(stream, { showCursor: false });
  const rows = new Map<string, Row>();
  const meters = new Map<string, ProgressMeter>();
  let outlines: readonly StageOutline[] = [];
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const draw = () => {
    frame += 1;
    const nameWidth = Math.max(...outlines.map((outline) => outline.id.length), 0);
    const lines = outlines.map((outline) => {
      const row = rows.get(outline.id) ?? { state: 'pending' };
      return ` ${mark(row, frame)} ${outline.id.padEnd(nameWidth)}  ${words(row, outline, now())}`;
    });
    log(lines.map((line) => clip(line, stream.columns || 120)).join('\n'));
  };
  const above = (text: string) => {
    log.clear();
    stream.write(`${text}\n`);
  };

  return (event: RunEvent) => {
    switch (event.type) {
      case 'run-started':
        outlines = event.stages;
        stream.write(`${colors.bold(event.pipeline)} ${colors.dim(`run ${event.run}`)}\n`);
        timer = setInterval(draw, framesMilliseconds);
        timer.unref();
        break;
      case 'stage-hit':
        rows.set(event.stage, { state: 'reused', saved: event.savedSeconds });
        break;
      case 'stage-waiting':
        rows.set(event.stage, { state: 'waiting', holder: event.holder });
        break;
      case 'stage-started':
        rows.set(event.stage, { state: 'running', since: now(), why: reasonWords(event.reason) });
        break;
      case 'stage-progress': {
        const row = rows.get(event.stage);
        if (row?.state !== 'running') break;
        const meter = meters.get(event.stage) ?? new ProgressMeter();
        meters.set(event.stage, meter);
        rows.set(event.stage, { ...row, progress: event.progress, rate: meter.update(event.progress, now()) });
        break;
      }
      case 'stage-finished': {
        const row = rows.get(event.stage);
        rows.set(event.stage, { state: 'done', seconds: event.seconds, why: row?.state === 'running' ? row.why : '' });
        break;
      }
      case 'stage-failed':
        rows.set(event.stage, { state: 'failed', seconds: event.seconds });
        above(
          `${colors.red('✗')} ${event.stage}: ${event.message}${event.hint ? `\n  ${colors.cyan('hint:')} ${event.hint}` : ''}`,
        );
        break;
      case 'stage-skipped':
        rows.set(event.stage, { state: 'skipped', because: event.because });
        break;
      case 'stage-warning':
        above(`${colors.yellow('warning:')} ${event.stage}: ${event.message}`);
        break;
      case 'warning':
        above(`${colors.yellow('warning:')} ${event.message}`);
        break;
      case 'run-finished':
        clearInterval(timer);
        draw();
        log.done();
        break;
    }
  };
}

function mark(row: Row, frame: number): string {
  switch (row.state) {
    case 'pending':
      return colors.dim('○');
    case 'reused':
      return colors.green('↺');
    case 'waiting':
      return colors.yellow('…');
    case 'running':
      return colors.cyan(spinner[frame % spinner.length] ?? '');
    case 'done':
      return colors.green('✓');
    case 'failed':
      return colors.red('✗');
    case 'skipped':
      return colors.dim('–');
  }
}

function words(row: Row, outline: StageOutline, now: number): string {
  switch (row.state) {
    case 'pending':
      return colors.dim(outline.needs.length > 0 ? `after ${outline.needs.join(', ')}` : 'ready');
    case 'reused':
      return `${colors.green('reused')} ${colors.dim(`saved ${duration(row.saved)}`)}`;
    case 'waiting':
      return `waiting: ${row.holder} computes it`;
    case 'running': {
      if (!row.progress) return `${duration(now - row.since)} ${colors.dim(row.why)}`;
      return `${colors.cyan(bar(row.progress.done, row.progress.total))}  ${progressWords(row.progress, row.rate ?? { perSecond: undefined, secondsLeft: undefined })}`;
    }
    case 'done':
      return `${duration(row.seconds)} ${colors.dim(row.why)}`;
    case 'failed':
      return `${colors.red('failed')} after ${duration(row.seconds)}`;
    case 'skipped':
      return colors.dim(`skipped: ${row.because}`);
  }
}

/** Cuts a line to the terminal's width without cutting an escape sequence. */
function clip(line: string, width: number): string {
  let seen = 0;
  let at = 0;
  while (at < line.length && seen < width) {
    if (line[at] === '\u001b') {
      const end = line.indexOf('m', at);
      at = end < 0 ? line.length : end + 1;
    } else {
      at += 1;
      seen += 1;
    }
  }
  return at < line.length ? `${line.slice(0, at)}\u001b[0m` : line;
}
