const keptCharacters = 4_000;
const keptLines = 20;

/** The end of what a program wrote: however much it writes, and in lines of any length, little is held. */
export class LastWords {
  #text = '';

  add(text: string): void {
    this.#text = `${this.#text}${text.slice(-keptCharacters)}`.slice(-keptCharacters);
  }

  /** The last lines that are not blank; the first of them may lack its beginning. */
  get lines(): readonly string[] {
    return this.#text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-keptLines);
  }
}
