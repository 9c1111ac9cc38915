import { type Measurement, median, ratio } from './measure.ts';
import { higherIsBetter, type Row } from './row.ts';

/** A row's numbers, as they are written to JSON. */
export interface Outcome {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  /** Medians of the turns, in the unit. */
  readonly ours: number;
  readonly theirs: number;
  /** The smallest and the largest turn. */
  readonly oursSpread: readonly [number, number];
  readonly theirsSpread: readonly [number, number];
  /** The median ratio ours / theirs of each pair of turns. */
  readonly ratio: number;
  readonly aim: number;
  readonly higherIsBetter: boolean;
  readonly met: boolean;
  readonly rounds: number;
}

/** What a measurement comes to. */
export function outcomeOf(measurement: Measurement): Outcome {
  const { row, ours, theirs } = measurement;
  const ratioOfPairs = ratio(measurement);
  return {
    what: row.what,
    against: row.against,
    unit: row.quantity,
    ours: median(ours),
    theirs: median(theirs),
    oursSpread: spread(ours),
    theirsSpread: spread(theirs),
    ratio: ratioOfPairs,
    aim: row.aim,
    higherIsBetter: higherIsBetter(row),
    met: higherIsBetter(row) ? ratioOfPairs >= row.aim : ratioOfPairs <= row.aim,
    rounds: ours.length,
  };
}

/** One line for a terminal. */
export function toLine(outcome: Outcome): string {
  const { what, against, ratio: found } = outcome;
  return `${what}\n  against ${against}: ${cells(outcome).slice(2, 4).join(' : ')}, ${found.toFixed(2)}x (aim ${aimOf(outcome)}): ${outcome.met ? 'met' : 'not met'}`;
}

/** The lines of a Markdown table. */
export function toMarkdown(outcomes: readonly Outcome[]): string {
  const head = ['what', 'against', 'ours (spread)', 'theirs (spread)', 'ratio', 'aim', 'met'];
  const lines = outcomes.map((outcome) => [
    ...cells(outcome),
    `${outcome.ratio.toFixed(2)}x`,
    aimOf(outcome),
    outcome.met ? 'yes' : 'no',
  ]);
  return [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** A row that was not taken, and why. */
export interface Skipped {
  readonly row: Row;
  readonly reason: string;
}

function cells({ what, against, unit, ours, theirs, oursSpread, theirsSpread }: Outcome): string[] {
  const figure = (value: number, [low, high]: readonly [number, number]) =>
    `${round(value)} ${unit} (${round(low)}-${round(high)})`;
  return [what, against, figure(ours, oursSpread), figure(theirs, theirsSpread)];
}

function aimOf({ aim, higherIsBetter: more }: Outcome): string {
  return `${more ? '>=' : '<='} ${Number(aim.toFixed(2))}x`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function spread(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
