import type { Origin, Problem } from '../problem/problem.ts';

const namedUses = 2;

interface Found {
  readonly problem: Problem;
  readonly usedAs: Set<string>;
}

/** Collects problems: the same one found twice counts once, and says all the places that need the value. */
export class ProblemList {
  readonly #found = new Map<string, Found>();

  /** @param usedAs where a parameter's value is used, when the problem lies in the parameter. */
  add(message: string, origin: Origin, options: { hint?: string | undefined; usedAs?: string | undefined } = {}): void {
    const { hint, usedAs } = options;
    const identity = JSON.stringify([origin, message]);
    const problem = { message, origin, ...(hint === undefined ? {} : { hint }) };
    const found = this.#found.get(identity) ?? { problem, usedAs: new Set<string>() };
    if (usedAs !== undefined) found.usedAs.add(usedAs);
    this.#found.set(identity, found);
  }

  get size(): number {
    return this.#found.size;
  }

  /** All problems, by source in the order given, then by line and column. */
  inOrder(sources: readonly string[]): readonly Problem[] {
    const rank = new Map(sources.map((source, index) => [source, index]));
    const rankOf = ({ origin }: Problem) => rank.get('file' in origin ? origin.file : origin.option) ?? sources.length;
    return [...this.#found.values()]
      .map(withUses)
      .sort((a, b) => rankOf(a) - rankOf(b) || lineOf(a) - lineOf(b) || columnOf(a) - columnOf(b));
  }
}

function withUses({ problem, usedAs }: Found): Problem {
  const all = [...usedAs];
  if (all.length === 0) return problem;
  const named = all.slice(0, namedUses);
  const more = all.length - named.length;
  const list = more > 0 ? `${named.join(', ')} and ${more} more` : named.join(' and ');
  return { ...problem, message: `${problem.message} (used as ${list})` };
}

const lineOf = ({ origin }: Problem) => ('file' in origin ? origin.line : 0);
const columnOf = ({ origin }: Problem) => origin.column ?? 0;
