import { type Measurement, median, ratio } from './measure.ts';
import { higherIsBetter, type Row } from './row.ts';

/** The two sides of a comparison. */
export interface Subject {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  /** The aim for the ratio ours / theirs; null if there is none. */
  readonly aim: number | null;
  readonly higherIsBetter: boolean;
}

/** The numbers of a row, as written to JSON. */
export interface Outcome extends Subject {
  /** Medians of the turns, in the unit. */
  readonly ours: number;
  readonly theirs: number;
  /** The smallest and the largest turn. */
  readonly oursSpread: readonly [number, number];
  readonly theirsSpread: readonly [number, number];
  /** The median ratio ours / theirs of each pair of turns. */
  readonly ratio: number;
  readonly met: boolean;
  readonly rounds: number;
}

/** The result of a measurement. */
export function outcomeOf({ row, ours, theirs }: Measurement): Outcome {
  const { what, against, quantity: unit, aim } = row;
  return compare({ what, against, unit, aim, higherIsBetter: higherIsBetter(row) }, ours, theirs);
}

/** The result of two contenders' turns; those with the same index were taken one after the other. */
export function compare(subject: Subject, ours: readonly number[], theirs: readonly number[]): Outcome {
  const { aim } = subject;
  const found = ratio({ ours, theirs });
  return {
    ...subject,
    ours: median(ours),
    theirs: median(theirs),
    oursSpread: spread(ours),
    theirsSpread: spread(theirs),
    ratio: found,
    met: aim === null || (subject.higherIsBetter ? found >= aim : found <= aim),
    rounds: theirs.length,
  };
}

/** One line for a terminal. */
export function toLine(outcome: Outcome): string {
  const { what, against, ratio: found } = outcome;
  return `${what}\n  against ${against}: ${cells(outcome).slice(2, 4).join(' : ')}, ${found.toFixed(2)}x (aim ${aimOf(outcome)})${verdict(outcome, ': met', ': not met')}`;
}

/** The lines of a Markdown table. */
export function toMarkdown(outcomes: readonly Outcome[]): string {
  const head = ['what', 'against', 'ours (spread)', 'theirs (spread)', 'ratio', 'aim', 'met'];
  const lines = outcomes.map((outcome) => [
    ...cells(outcome),
    `${outcome.ratio.toFixed(2)}x`,
    aimOf(outcome),
    verdict(outcome, 'yes', 'no'),
  ]);
  return [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** A row that was not measured, and why. */
export interface Skipped {
  readonly row: Pick<Row, 'what' | 'against'>;
  readonly reason: string;
}

function cells({ what, against, unit, ours, theirs, oursSpread, theirsSpread }: Outcome): string[] {
  const figure = (value: number, [low, high]: readonly [number, number]) =>
    `${round(value)} ${unit} (${round(low)}-${round(high)})`;
  return [what, against, figure(ours, oursSpread), figure(theirs, theirsSpread)];
}

function verdict({ aim, met }: Outcome, yes: string, no: string): string {
  return aim === null ? '' : met ? yes : no;
}

function aimOf({ aim, higherIsBetter: more }: Outcome): string {
  if (aim === null) return 'none';
  return `${more ? '>=' : '<='} ${Number(aim.toFixed(2))}x`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function spread(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
