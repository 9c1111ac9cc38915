/** The draws that corruptions take, one after the other in a fixed order. */
export interface RandomSource {
  /** A real number, uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** An integer, uniform in [low, high). */
  integer(low: number, high: number): number;
  /** A real number of the normal distribution. */
  normal(mean: number, deviation: number): number;
  /** A count of the Poisson distribution; its mean is at least 0. */
  poisson(mean: number): number;
}

/** A source of exactly distributed draws made of uniform ones. @param uniform gives independent numbers in [0, 1). */
export function randomSource(uniform: () => number): RandomSource {
  const normal = polarNormal(uniform);
  return {
    uniform: (low, high) => low + (high - low) * uniform(),
    integer: (low, high) => low + Math.floor((high - low) * uniform()),
    normal: (mean, deviation) => mean + deviation * normal(),
    poisson: (mean) => (mean < 10 ? poissonByProducts(mean, uniform) : poissonByRejection(mean, uniform)),
  };
}

/** Standard normal numbers by Marsaglia's polar method, which yields two at a time. */
function polarNormal(uniform: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square < 1 && square > 0) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * scale;
        return x * scale;
      }
    }
  };
}

/** Counts how many uniform factors keep the product above e^-mean (Knuth, TAOCP 2, 3.4.1): quick for small means. */
function poissonByProducts(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

/** Transformed rejection with squeeze, algorithm PTRS of Hörmann, "The transformed rejection method for generating Poisson random variables" (1993); needs mean >= 10. */
function poissonByRejection(mean: number, uniform: () => number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const acceptedAtOnce = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const s = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / s + b) * u + mean + 0.43);
    if (s >= 0.07 && v <= acceptedAtOnce) return count;
    if (count < 0 || (s < 0.013 && v > s)) continue;
    const logRatio = Math.log((v * inverseAlpha) / (a / (s * s) + b));
    if (logRatio <= count * Math.log(mean) - mean - logFactorial(count)) return count;
  }
}

/** ln(n!) by Stirling's series, shifted to where four terms give double precision. */
function logFactorial(n: number): number {
  let x = n + 1;
  let product = 1;
  for (; x < 10; x++) product *= x;
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
