import { type Command, Contender, type Turn } from './contender.ts';
import type { Row } from './row.ts';

/** The measurements of a row's two processes, turn by turn, in the row's unit. */
export interface Measurement {
  readonly row: Row;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly versions: Readonly<Record<string, string>>;
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** The median of the ratios ours / theirs of each pair of turns: effects that slow down both cancel out. */
export function ratio({ ours, theirs }: Pick<Measurement, 'ours' | 'theirs'>): number {
  return median(theirs.map((value, round) => (ours[round] ?? Number.NaN) / value));
}

/** Lets two processes take turns, each waiting while the other works. @throws Error if one of them fails. */
export async function measure(row: Row, commands: { ours: Command; theirs: Command }): Promise<Measurement> {
  // One after the other: if both set up at the same time, they would compete for memory bandwidth and caches, which they do not share
  // later.
  const contenders: Contender[] = [];
  try {
    for (const [name, command] of [
      [`our ${row.ours}`, commands.ours],
      [`${row.peer}'s ${row.theirs}`, commands.theirs],
    ] as const) {
      const contender = new Contender(name, command);
      contenders.push(contender);
      await contender.introduction();
      if (row.warmUp > 0) await contender.turn(row.warmUp);
    }
    return await takeTurns(row, contenders[0]!, contenders[1]!);
  } finally {
    await Promise.all(contenders.map((contender) => contender.close()));
  }
}

async function takeTurns(row: Row, us: Contender, them: Contender): Promise<Measurement> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < row.rounds; round += 1) {
    // The first turn alternates, so that changes of the machine's speed favour neither.
    const pair = [
      { contender: us, values: ours },
      { contender: them, values: theirs },
    ];
    for (const { contender, values } of round % 2 === 0 ? pair : pair.toReversed()) {
      const { imagesPerStep } = await contender.introduction();
      values.push(inUnit(row, await contender.turn(row.steps), imagesPerStep));
    }
  }
  const versions = { ...(await us.introduction()).versions, ...(await them.introduction()).versions };
  return { row, ours, theirs, versions };
}

function inUnit({ quantity, steps }: Row, { seconds, peakBytes }: Turn, imagesPerStep: number): number {
  switch (quantity) {
    case 'ms a step':
      return (seconds / steps) * 1e3;
    case 'images a second':
      return (steps * imagesPerStep) / seconds;
    case 'MiB at most':
      return peakBytes / 2 ** 20;
    case 's':
      return seconds / steps;
  }
}
