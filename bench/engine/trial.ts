import { compare, type Outcome } from '../outcome.ts';

/** A contender: a whole process, from its start to its end. */
export interface Entrant {
  /** Seconds of one turn. */
  time(): number;
}

/** A contender to be compared with. */
export interface Opponent extends Entrant {
  readonly name: string;
  readonly aim: number | null;
}

/** One action that several contenders do, one after the other, round by round, so that changes of the machine's speed affect all alike. */
export interface Trial {
  readonly what: string;
  readonly ours: Entrant;
  readonly theirs: readonly Opponent[];
  readonly rounds: number;
}

/** An opponent that has taken this long in total gets no more turns. */
const patienceSeconds = 30;

/** Runs a trial; returns one row per opponent. */
export function hold({ what, ours, theirs, rounds }: Trial): readonly Outcome[] {
  const own: number[] = [];
  const turns = new Map<Opponent, number[]>(theirs.map((opponent) => [opponent, []]));
  for (let round = 0; round < rounds; round += 1) {
    const inTime = [...turns].filter(([, seconds]) => sum(seconds) < patienceSeconds);
    if (inTime.length === 0) break;
    own.push(ours.time());
    for (const [opponent, seconds] of inTime) seconds.push(opponent.time());
  }
  return [...turns].map(([{ name, aim }, seconds]) =>
    compare({ what, against: name, unit: 's', aim, higherIsBetter: false }, own, seconds),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
