import type { Origin, Problem } from '../problem/problem.ts';

const namedUses = 2;

/** More than anybody reads. Later problems get no hints, because finding a similar name among many takes time. */
const hintedProblems = 100;

/** What to do about a problem, or computes it; undefined if there is no hint. */
type Hint = string | undefined | (() => string | undefined);

interface ListedProblem {
  readonly problem: Problem;
  readonly hint: Hint;
  readonly usedAs: Set<string>;
}

/** Collects problems. The same problem found twice counts once, and lists all places that need the value. */
export class ProblemList {
  readonly #found = new Map<string, ListedProblem>();

  /** @param usedAs where a parameter's value is used, if the problem is in the parameter. */
  add(message: string, origin: Origin, options: { hint?: Hint; usedAs?: string | undefined } = {}): void {
    const { hint, usedAs } = options;
    const identity = JSON.stringify([origin, message]);
    const found = this.#found.get(identity) ?? { problem: { message, origin }, hint, usedAs: new Set<string>() };
    if (usedAs !== undefined) found.usedAs.add(usedAs);
    this.#found.set(identity, found);
  }

  get size(): number {
    return this.#found.size;
  }

  /** All problems, by source in the order given, then by line and column. */
  inOrder(sources: readonly string[]): readonly Problem[] {
    const rank = new Map(sources.map((source, index) => [source, index]));
    const rankOf = ({ problem: { origin } }: ListedProblem) =>
      rank.get('file' in origin ? origin.file : origin.option) ?? sources.length;
    return [...this.#found.values()]
      .sort((a, b) => rankOf(a) - rankOf(b) || lineOf(a) - lineOf(b) || columnOf(a) - columnOf(b))
      .map((found, at) => withUses(at < hintedProblems ? withHint(found) : found.problem, found.usedAs));
  }
}

function withHint({ problem, hint }: ListedProblem): Problem {
  const text = typeof hint === 'function' ? hint() : hint;
  return text === undefined ? problem : { ...problem, hint: text };
}

function withUses(problem: Problem, usedAs: ReadonlySet<string>): Problem {
  const all = [...usedAs];
  if (all.length === 0) return problem;
  const named = all.slice(0, namedUses);
  const more = all.length - named.length;
  const list = more > 0 ? `${named.join(', ')} and ${more} more` : named.join(' and ');
  return { ...problem, message: `${problem.message} (used as ${list})` };
}

const lineOf = ({ problem: { origin } }: ListedProblem) => ('file' in origin ? origin.line : 0);
const columnOf = ({ problem: { origin } }: ListedProblem) => origin.column ?? 0;
