/** The raised letters, in the order of their use; a font has no raised q. */
export const footnoteLetters = 'ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ';

const raised = [...footnoteLetters];

/** The letters of footnotes on numbers and dashes, not digits, which would be exponents: one letter per reason, in order of their first use. */
export class Footnotes {
  readonly #letters = new Map<string, string>();

  /** The raised letter of a reason; after the last letter, two. */
  mark(reason: string): string {
    const known = this.#letters.get(reason);
    if (known !== undefined) return known;
    const at = this.#letters.size;
    const letter = `${raised[Math.floor(at / raised.length) - 1] ?? ''}${raised[at % raised.length]}`;
    this.#letters.set(reason, letter);
    return letter;
  }

  /** The reasons behind their letters. */
  get notes(): readonly string[] {
    return [...this.#letters].map(([reason, letter]) => `${letter} ${reason}`);
  }
}
