const lineEnd = 0x0a;

/**
 * Separates the output of a command from what a shell writes after it: a mark that no command knows, the exit code, and the end of the
 * line. Passes on the output at once, except what may be the beginning of the mark.
 */
export class MarkedOutput {
  readonly #mark: Buffer;
  readonly #pass: (chunk: Buffer) => void;
  /** Read, but not passed on yet: it may be the beginning of the mark, or the mark and part of the code. */
  #waiting: Buffer = Buffer.alloc(0);

  constructor(mark: string, pass: (chunk: Buffer) => void) {
    this.#mark = Buffer.from(mark);
    this.#pass = pass;
  }

  /** Continues reading; returns the exit code once the whole line with the mark was read. */
  read(chunk: Buffer): number | undefined {
    const bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    const at = bytes.indexOf(this.#mark);
    const own = at === -1 ? bytes.length - this.#begun(bytes) : at;
    if (own > 0) this.#pass(bytes.subarray(0, own));
    this.#waiting = bytes.subarray(own);
    if (at === -1) return undefined;
    const end = this.#waiting.indexOf(lineEnd, this.#mark.length);
    if (end === -1) return undefined;
    const status = Number(this.#waiting.subarray(this.#mark.length, end).toString());
    this.#waiting = Buffer.alloc(0);
    return status;
  }

  /** Passes on what turned out not to be a mark. */
  end(): void {
    if (this.#waiting.length > 0) this.#pass(this.#waiting);
    this.#waiting = Buffer.alloc(0);
  }

  /** How many of the last bytes are the first of the mark. */
  #begun(bytes: Buffer): number {
    for (let length = Math.min(this.#mark.length - 1, bytes.length); length > 0; length -= 1) {
      if (bytes.subarray(-length).equals(this.#mark.subarray(0, length))) return length;
    }
    return 0;
  }
}
