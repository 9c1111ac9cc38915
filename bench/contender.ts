import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a turn took. */
export interface Turn {
  readonly seconds: number;
  /** The most memory the process held so far. */
  readonly peakBytes: number;
}

/** What a contender says once its task is set up. */
interface Introduction {
  /** Images that a step works on. */
  readonly imagesPerStep: number;
  /** Versions of the libraries, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How a contender is started. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A process that does the steps of its task when told to, and measures them on its own clock. */
export class Contender {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #errors: Buffer[] = [];
  readonly #name: string;
  #introduction: Introduction | undefined;

  /** Starts the process; it sets up its task by itself. */
  constructor(name: string, command: Command) {
    this.#name = name;
    this.#child = spawn(command.program, command.arguments, { env: command.environment, stdio: 'pipe' });
    // A process that cannot be started, or ended too early, shows itself where its answer is missed.
    this.#child.on('error', (error) => this.#errors.push(Buffer.from(error.message)));
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#errors.push(chunk));
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Waits until the task is set up. @throws Error if it cannot be. */
  async introduction(): Promise<Introduction> {
    this.#introduction ??= (await this.#answer()) as Introduction;
    return this.#introduction;
  }

  /** Does some steps. @throws Error with what the process wrote where it ended before. */
  async turn(steps: number): Promise<Turn> {
    await this.introduction();
    this.#child.stdin?.write(`${JSON.stringify({ steps })}\n`);
    return (await this.#answer()) as Turn;
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }

  async #answer(): Promise<unknown> {
    const { done, value } = await this.#answers.next();
    if (!done) return JSON.parse(value);
    const said = Buffer.concat(this.#errors).toString().trim().split('\n').slice(-20).join('\n');
    throw new Error(`${this.#name} ended before its time: ${said || 'it said nothing'}`);
  }
}
