/**
 * The probability that Student's t with `freedom` degrees of freedom (a whole number, at least 1) is outside ±t, in [0, 1]. It is the
 * regularized incomplete beta function at freedom / (freedom + t²) (Abramowitz & Stegun 1964, 26.7.1), so that the smallest probabilities
 * are as exact as the largest.
 */
export function twoSidedP(t: number, freedom: number): number {
  const square = t * t;
  // From logarithms: for a large t, 1 minus the rest would be 0.
  const logOfX = -Math.log1p(square / freedom);
  const logOfRest = square === 0 ? Number.NEGATIVE_INFINITY : -Math.log1p(freedom / square);
  const [a, b] = [freedom / 2, 0.5];
  const front = Math.exp(a * logOfX + b * logOfRest) / betaOfHalves(freedom);
  const x = Math.exp(logOfX);
  // Where the fraction converges fast: DiDonato & Morris 1992.
  if (x < (a + 1) / (a + b + 2)) return Math.min(1, (front * continuedFraction(a, b, x)) / a);
  return 1 - (front * continuedFraction(b, a, Math.exp(logOfRest))) / b;
}

/** The distance from 0 within which Student's t stays with probability `within`, in (0, 1): 2.776 for 0.95 and 4 degrees of freedom. */
export function twoSidedQuantile(within: number, freedom: number): number {
  const beyond = 1 - within;
  let [low, high] = [0, 1];
  while (twoSidedP(high, freedom) > beyond) [low, high] = [high, high * 2];
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (twoSidedP(middle, freedom) > beyond) low = middle;
    else high = middle;
  }
  return high;
}

/** The beta function B(freedom / 2, 1 / 2), for whole `freedom` of at least 1, by its recurrence from B(1/2, 1/2) = π and B(1, 1/2) = 2. */
export function betaOfHalves(freedom: number): number {
  const odd = freedom % 2;
  let beta = odd === 1 ? Math.PI : 2;
  for (let k = odd === 1 ? 1 : 2; k < freedom; k += 2) beta *= k / (k + 1);
  return beta;
}

/** The continued fraction of the incomplete beta function (A&S 26.5.8), by the method of Lentz. */
function continuedFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const guarded = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let factor = 1;
    for (const step of [even, odd]) {
      d = 1 / guarded(1 + step * d);
      c = guarded(1 + step / c);
      factor = d * c;
      value *= factor;
    }
    if (Math.abs(factor - 1) < Number.EPSILON) break;
  }
  return value;
}
