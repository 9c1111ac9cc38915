import { createHash } from 'node:crypto';
import { philox4x32 } from './philox.ts';

/**
 * Random numbers that are a pure function of (seed, purpose, two counters, how many were drawn): the only source of randomness. Purposes
 * separate uses that share a seed; counters (an epoch, an image) make every position of a stream directly accessible, in any order.
 * Philox's key is (seed, low word of the purpose's digest), its counter (block, high word of that digest, first, second).
 */
export class Stream {
  readonly #words = new Uint32Array(4);
  readonly #seed: number;
  readonly #purposeLow: number;
  readonly #purposeHigh: number;
  #first = 0;
  #second = 0;
  #block = 0;
  #used = 4;
  #spareNormal: number | undefined;

  /** @param seed integer in [0, 2^32). @param first and second: integers in [0, 2^32). */
  constructor(seed: number, purpose: string, first = 0, second = 0) {
    const digest = createHash('sha256').update(purpose).digest();
    this.#seed = seed;
    this.#purposeLow = digest.readUInt32LE(0);
    this.#purposeHigh = digest.readUInt32LE(4);
    this.at(first, second);
  }

  /** Goes to the beginning of another position of the stream, like a new Stream. */
  at(first: number, second = 0): this {
    this.#first = first;
    this.#second = second;
    this.#block = 0;
    this.#used = 4;
    this.#spareNormal = undefined;
    return this;
  }

  /** A uniform integer in [0, 2^32). */
  uint32(): number {
    if (this.#used === 4) {
      const block = this.#block++;
      philox4x32(this.#words, this.#seed, this.#purposeLow, block, this.#purposeHigh, this.#first, this.#second);
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  /** A uniform number in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A uniform integer in [0, n), unbiased: words beyond the last multiple of n are drawn again. @param n integer in [1, 2^32]. */
  integer(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const word = this.uint32();
      if (word < limit) return word % n;
    }
  }

  /** True or false, each with probability 1/2. */
  coin(): boolean {
    return this.uint32() >= 2 ** 31;
  }

  /** A number of the standard normal distribution (Box & Muller 1958). */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}
