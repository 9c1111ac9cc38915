import { Writable } from 'node:stream';
import xterm from '@xterm/headless';

/** A terminal without a screen, and the end of a stream that writes to it. */
export class TestTerminal {
  /** To pass where a program expects its own terminal. */
  readonly stream: NodeJS.WriteStream;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  #written: Promise<void> = Promise.resolve();

  constructor(columns: number, rows: number) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
    const writable = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#written = new Promise((resolve) => this.#terminal.write(chunk, resolve));
        done();
      },
    });
    this.stream = Object.assign(writable as NodeJS.WriteStream, { isTTY: true, columns, rows });
  }

  /** Sets the width of the terminal, which wraps and joins its lines, and notifies the program. */
  async resize(columns: number): Promise<void> {
    await this.#written;
    this.#terminal.resize(columns, this.#terminal.rows);
    this.stream.columns = columns;
    this.stream.emit('resize');
  }

  /** All that a person could read by scrolling up, without the empty lines at the end. */
  async text(): Promise<string> {
    await this.#written;
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd();
  }
}
