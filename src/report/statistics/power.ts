import { twoSidedQuantile } from './student.ts';

/** Points of Simpson's rule, an even number: the integrand is smooth, so the error is far below that of the normal tail. */
const points = 1000;

/**
 * The true difference, in standard errors, that a two-sided t-test at a level of 1 - `confidence` finds with probability `power`: 2.802 for many
 * degrees of freedom, 3.761 for 4. The test statistic has a noncentral t distribution (Johnson & Welch 1940). Exact to about 1e-6.
 */
export function detectableErrors(confidence: number, power: number, freedom: number): number {
  const critical = twoSidedQuantile(confidence, freedom);
  const spread = spreadOfErrors(freedom);
  let [low, high] = [0, 2 * critical + 8];
  for (let round = 0; round < 50; round += 1) {
    const middle = (low + high) / 2;
    let found = 0;
    // Given an estimated standard error of s times the true one, the statistic exceeds `critical` as often as a normal number exceeds this.
    for (const [s, weight] of spread) found += weight * (above(critical * s - middle) + above(critical * s + middle));
    if (found < power) low = middle;
    else high = middle;
  }
  return high;
}

/** The distribution of the estimated standard error over the true one: chi over the root of its degrees of freedom, as points and weights. */
function spreadOfErrors(freedom: number): readonly (readonly [s: number, weight: number])[] {
  const reach = 9 / Math.sqrt(2 * freedom);
  const from = Math.max(0, 1 - reach);
  const step = (1 + reach - from) / points;
  const weighted = Array.from({ length: points + 1 }, (_, index): [number, number] => {
    const s = from + index * step;
    const simpson = index === 0 || index === points ? 1 : index % 2 === 1 ? 4 : 2;
    const logDensity = (freedom === 1 ? 0 : (freedom - 1) * Math.log(s)) + (freedom * (1 - s * s)) / 2;
    return [s, simpson * Math.exp(logDensity)];
  });
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
  return weighted.map(([s, weight]) => [s, weight / total]);
}

/** The probability that a normal number is above z, to 1e-7 (Abramowitz & Stegun 1964, 7.1.26). */
function above(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (polynomial * Math.exp(-x * x)) / 2;
  return z >= 0 ? tail : 1 - tail;
}
