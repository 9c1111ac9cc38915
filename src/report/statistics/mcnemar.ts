/**
 * McNemar's exact test (1947): the probability that the `only + onlyOther` images for which only one of two models is correct are split at
 * least as unevenly, if both models are equally good. 1 if there is no such image.
 */
export function mcNemarP(only: number, onlyOther: number): number {
  const trials = only + onlyOther;
  const fewer = Math.min(only, onlyOther);
  // From logarithms: half to the power of thousands is 0.
  let logOfTerm = -trials * Math.LN2;
  let logOfSum = logOfTerm;
  for (let k = 1; k <= fewer; k += 1) {
    logOfTerm += Math.log((trials - k + 1) / k);
    logOfSum = logOfTerm + Math.log1p(Math.exp(logOfSum - logOfTerm));
  }
  return Math.min(1, 2 * Math.exp(logOfSum));
}
