const raised = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/** The numbers of footnotes with the reasons for dashes: one number per reason, in order of their first use. */
export class Footnotes {
  readonly #numbers = new Map<string, string>();

  /** The raised number of a reason. */
  mark(reason: string): string {
    const known = this.#numbers.get(reason);
    if (known !== undefined) return known;
    const number = [...String(this.#numbers.size + 1)].map((digit) => raised[Number(digit)]).join('');
    this.#numbers.set(reason, number);
    return number;
  }

  /** The reasons behind their numbers. */
  get notes(): readonly string[] {
    return [...this.#numbers].map(([reason, number]) => `${number} ${reason}`);
  }
}
