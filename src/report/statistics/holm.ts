/**
 * The p of each of several tests after Holm's correction (1979): calling a test significant at 5 % by it has an error of 5 % over all of
 * them. In the given order; an undefined p is not a test, and stays undefined.
 * @param family how many tests these were chosen from, if there are more; the p of the others count as larger, which is never too bold.
 */
export function holm(ps: readonly (number | undefined)[], family = 0): readonly (number | undefined)[] {
  const tests = ps.flatMap((p, index) => (p === undefined ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const all = Math.max(family, tests.length);
  const corrected: (number | undefined)[] = ps.map(() => undefined);
  let largest = 0;
  tests.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, p * (all - rank)));
    corrected[index] = largest;
  });
  return corrected;
}
