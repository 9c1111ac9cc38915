/** Asks `did you mean "teacher"?` if a known word is close to what was written. */
export function didYouMean(written: string, known: Iterable<string>): string | undefined {
  const word = closest(written, known);
  return word === undefined ? undefined : `did you mean "${word}"?`;
}

const shortestBeginning = 3;
/** Longer words are not compared: the cost is the product of their lengths. */
const longestWord = 100;

/**
 * The known word nearest to what was written, or nothing: at most a third of the letters differ, or the word begins with what was written.
 */
export function closest(written: string, words: Iterable<string>): string | undefined {
  if (written.length > longestWord) return undefined;
  const known = [...new Set(words)];
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const word of known) {
    if (word === written) continue;
    const allowed = Math.floor(Math.max(written.length, word.length) / 3);
    if (Math.abs(written.length - word.length) > allowed) continue;
    const distance = editDistance(written.toLowerCase(), word.toLowerCase());
    if (distance <= allowed && distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best ?? completion(written, known);
}

function completion(written: string, known: readonly string[]): string | undefined {
  const longer = known.filter((word) => word !== written && word.startsWith(written));
  return written.length >= shortestBeginning && longer.length === 1 ? longer[0] : undefined;
}

/** Number of insertions, deletions, replacements and swaps of neighbours from `a` to `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      let cost = Math.min(previous[column]! + 1, current[column - 1]! + 1, replaced);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, beforePrevious[column - 2]! + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
