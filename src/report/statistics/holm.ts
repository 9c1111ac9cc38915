/**
 * The p of each of several tests after Holm's correction (1979): to call one of them real at 5 % by it errs with 5 % for all of them
 * together. In the order given; a test without p is none, and stays undefined.
 */
export function holm(ps: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const tests = ps.flatMap((p, index) => (p === undefined ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const corrected: (number | undefined)[] = ps.map(() => undefined);
  let largest = 0;
  tests.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, p * (tests.length - rank)));
    corrected[index] = largest;
  });
  return corrected;
}
