import sliceAnsi from 'slice-ansi';
import type { RunState, StageOutline, StageState } from '../engine/index.ts';
import { displayWidth } from './display-width.ts';
import type { Palette } from './palette.ts';
import { progressLine } from './progress-line.ts';
import { reasonWords } from './reason.ts';
import { duration, stageCount } from './units.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** The terminal that a run is drawn on, and the time. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  /** Seconds on the display's clock. */
  readonly now: number;
  /** Counts the frames, to turn the spinner. */
  readonly number: number;
  readonly palette: Palette;
}

/** A run as lines that fit a terminal: one per stage (the currently important ones, if not all fit), and a summary. */
export function boardLines(run: RunState, frame: Frame): readonly string[] {
  const nameWidth = Math.max(...run.outlines.map(({ id }) => displayWidth(id)), 0);
  const room = frame.columns - nameWidth - ' x   '.length;
  // Next to long names, such as those of a sweep, progress would be cut: it goes below them.
  const isBelow = room < narrowestProgress;
  // The terminal keeps its last line for the cursor.
  const rows = Math.max(1, frame.rows - 2 - (isBelow ? run.count('running') : 0));
  const lines = mostTelling(run, rows).flatMap((outline) => {
    const state = run.stageOf(outline.id);
    const name = ` ${mark(state, frame)} ${outline.id}`;
    if (isBelow && state.state === 'running') return [name, `   ${words(state, outline, frame, frame.columns - 3)}`];
    const blanks = ' '.repeat(nameWidth - displayWidth(outline.id) + 2);
    return [name + blanks + words(state, outline, frame, room)];
  });
  return [...lines, ` ${sum(run, frame)}`].map((line) => sliceAnsi(line.replaceAll('\n', '␊'), 0, frame.columns));
}

/** A narrower terminal has no room for an epoch, a loss and an accuracy. */
const narrowestProgress = 44;

const urgency: Readonly<Record<StageState['state'], number>> = {
  running: 0,
  waiting: 1,
  failed: 2,
  pending: 3,
  ran: 4,
  hit: 5,
  skipped: 5,
};

function mostTelling(run: RunState, room: number): readonly StageOutline[] {
  if (run.outlines.length <= room) return run.outlines;
  const rank = ({ id }: StageOutline) => urgency[run.stageOf(id).state];
  const chosen = new Set([...run.outlines].sort((a, b) => rank(a) - rank(b)).slice(0, room));
  return run.outlines.filter((outline) => chosen.has(outline));
}

function mark({ state }: StageState, { number, palette }: Frame): string {
  switch (state) {
    case 'pending':
      return palette.dim('○');
    case 'hit':
      return palette.green('↺');
    case 'waiting':
      return palette.yellow('…');
    case 'running':
      return palette.cyan(spinner[number % spinner.length]!);
    case 'ran':
      return palette.green('✓');
    case 'failed':
      return palette.red('✗');
    case 'skipped':
      return palette.dim('–');
  }
}

function words(state: StageState, { needs }: StageOutline, { now, palette }: Frame, room: number): string {
  switch (state.state) {
    case 'pending':
      return palette.dim(afterWords(needs, room));
    case 'hit':
      return `reused ${palette.dim(`saved ${duration(state.seconds)}`)}`;
    case 'waiting':
      return `waiting: ${state.holder} is computing it`;
    case 'running': {
      if (!state.progress) return `${duration(now - state.since)} ${palette.dim(whyWords(state))}`;
      const { latest, rate } = state.progress;
      return progressLine(latest, rate, room, palette.cyan);
    }
    case 'ran':
      return `${duration(state.seconds)} ${palette.dim(whyWords(state))}`;
    case 'failed':
      return `${palette.red('failed')} after ${duration(state.seconds)}`;
    case 'skipped':
      return palette.dim(`skipped: ${state.because}`);
  }
}

function afterWords(needs: readonly string[], room: number): string {
  if (needs.length === 0) return 'ready';
  const all = `after ${needs.join(', ')}`;
  return displayWidth(all) <= room ? all : `after ${stageCount(needs.length)}`;
}

/** Why it runs, or ran; for a retry, the number of the attempt. */
function whyWords({ attempt, reason }: Extract<StageState, { readonly attempt: number }>): string {
  return attempt > 1 ? `attempt ${attempt}` : reason ? reasonWords(reason) : '';
}

function sum(run: RunState, { now, palette }: Frame): string {
  const parts = [`${run.count('ran', 'hit')} of ${stageCount(run.outlines.length)}`, duration(now - run.since)];
  const [running, failed] = [run.count('running'), run.count('failed')];
  if (running > 0) parts.splice(1, 0, `${running} running`);
  if (failed > 0) parts.splice(1, 0, palette.red(`${failed} failed`));
  return palette.dim(parts.join(' · '));
}
