/** The memory that stages may use together, and how much of it is in use, as declared. */
export class MemoryBudget {
  readonly #total: number;
  #taken = 0;

  /** @param total in bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Whether this many bytes are free; a task that needs more than the total has room if it runs alone. */
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
