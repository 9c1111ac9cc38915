/** The memory that stages may take together, and how much of it is taken. What they really use is theirs to declare. */
export class MemoryBudget {
  readonly #total: number;
  #taken = 0;

  /** @param total in bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Whether so many bytes are free; what takes more than there is has room where nothing else takes any. */
  fits(bytes: number): boolean {
    return bytes === 0 || this.#taken + Math.min(bytes, this.#total) <= this.#total;
  }

  take(bytes: number): void {
    this.#taken += bytes;
  }

  release(bytes: number): void {
    this.#taken -= bytes;
  }
}
