import sliceAnsi from 'slice-ansi';
import type { StageOutline } from '../engine/index.ts';
import type { Board, StageState } from './board.ts';
import type { Palette } from './palette.ts';
import { progressLine } from './progress-line.ts';
import { duration } from './units.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** The place a board is drawn in, and the moment. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  /** Seconds on the display's clock. */
  readonly now: number;
  /** Counts the frames, which turns the spinner. */
  readonly number: number;
  readonly palette: Palette;
}

/** A board as lines that fit a terminal: a stage each, those that matter now where not all fit, and the sum of it all. */
export function boardLines(board: Board, frame: Frame): readonly string[] {
  const nameWidth = Math.max(...board.outlines.map(({ id }) => id.length), 0);
  // The terminal keeps its last line for the cursor.
  const shown = mostTelling(board, Math.max(1, frame.rows - 2));
  const lines = shown.map((outline) => {
    const state = board.stateOf(outline.id);
    const head = ` ${mark(state, frame)} ${outline.id.padEnd(nameWidth)}  `;
    return head + words(state, outline, frame, frame.columns - nameWidth - ' x   '.length);
  });
  return [...lines, ` ${sum(board, frame)}`].map((line) => sliceAnsi(line, 0, frame.columns));
}

const urgency: Readonly<Record<StageState['state'], number>> = {
  running: 0,
  waiting: 1,
  failed: 2,
  pending: 3,
  done: 4,
  reused: 5,
  skipped: 5,
};

function mostTelling(board: Board, room: number): readonly StageOutline[] {
  if (board.outlines.length <= room) return board.outlines;
  const rank = ({ id }: StageOutline) => urgency[board.stateOf(id).state];
  const chosen = new Set([...board.outlines].sort((a, b) => rank(a) - rank(b)).slice(0, room));
  return board.outlines.filter((outline) => chosen.has(outline));
}

function mark({ state }: StageState, { number, palette }: Frame): string {
  switch (state) {
    case 'pending':
      return palette.dim('○');
    case 'reused':
      return palette.green('↺');
    case 'waiting':
      return palette.yellow('…');
    case 'running':
      return palette.cyan(spinner[number % spinner.length]!);
    case 'done':
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
      return palette.dim(needs.length > 0 ? `after ${needs.join(', ')}` : 'ready');
    case 'reused':
      return `reused ${palette.dim(`saved ${duration(state.savedSeconds)}`)}`;
    case 'waiting':
      return `waiting: ${state.holder} computes it`;
    case 'running': {
      if (!state.progress) return `${duration(now - state.since)} ${palette.dim(state.why)}`;
      const { latest, rate } = state.progress;
      return progressLine(latest, rate, room, palette.cyan);
    }
    case 'done':
      return `${duration(state.seconds)} ${palette.dim(state.why)}`;
    case 'failed':
      return `${palette.red('failed')} after ${duration(state.seconds)}`;
    case 'skipped':
      return palette.dim(`skipped: ${state.because}`);
  }
}

function sum(board: Board, { now, palette }: Frame): string {
  const states = board.outlines.map(({ id }) => board.stateOf(id).state);
  const count = (...wanted: readonly StageState['state'][]) => states.filter((state) => wanted.includes(state)).length;
  const parts = [`${count('done', 'reused')} of ${states.length} stages`, duration(now - board.since)];
  const [running, failed] = [count('running'), count('failed')];
  if (running > 0) parts.splice(1, 0, `${running} running`);
  if (failed > 0) parts.splice(1, 0, palette.red(`${failed} failed`));
  return palette.dim(parts.join(' · '));
}
