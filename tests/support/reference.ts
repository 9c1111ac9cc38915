/** The generator of the reference numbers: s <- 1664525 s + 1013904223 mod 2^32 (Numerical Recipes). */
export interface Lcg {
  /** The next state, an integer in [0, 2^32). */
  next(): number;
  /** The next state divided by 2^32, in [0, 1). */
  uniform(): number;
}

/** A generator whose first state is the successor of `seed`. */
export function lcg(seed: number): Lcg {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state;
  };
  return { next, uniform: () => next() / 2 ** 32 };
}

/** Reference image A, noise: the top bytes of the generator seeded with 12345. @returns [size, size, 3] bytes, row-major. */
export function imageA(size: number): Uint8Array {
  const generator = lcg(12345);
  return Uint8Array.from({ length: size * size * 3 }, () => generator.next() >>> 24);
}

/** Reference image B, a smooth ramp: 30 + ((5y + 3x + 41c) mod 150). @returns [size, size, 3] bytes, row-major. */
export function imageB(size: number): Uint8Array {
  return Uint8Array.from({ length: size * size * 3 }, (_, index) => {
    const c = index % 3;
    const x = Math.floor(index / 3) % size;
    const y = Math.floor(index / 3 / size);
    return 30 + ((5 * y + 3 * x + 41 * c) % 150);
  });
}
