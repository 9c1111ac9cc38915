const keptCharacters = 4_000;
const keptLines = 20;

/** The end of a program's output: uses little memory, however much the program writes and however long its lines are. */
export class LastWords {
  #text = '';
  #isCut = false;

  add(text: string): void {
    this.#isCut ||= this.#text.length + text.length > keptCharacters;
    this.#text = `${this.#text}${text.slice(-keptCharacters)}`.slice(-keptCharacters);
  }

  /** The last lines that are not blank, without a line whose beginning is lost, unless it is the only one. */
  get lines(): readonly string[] {
    const from = this.#isCut ? this.#text.trimEnd().indexOf('\n') + 1 : 0;
    return this.#text
      .slice(from)
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-keptLines);
  }
}
