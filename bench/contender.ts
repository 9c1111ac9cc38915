import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

/** The measurements of a turn. */
export interface Turn {
  readonly seconds: number;
  /** The maximum memory of the process so far. */
  readonly peakBytes: number;
}

/** The message of a contender after its setup. */
interface Introduction {
  /** Images per step. */
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

/** How long a process has to end, once told to and once killed. */
const patienceMilliseconds = 5_000;

/** A process that does the steps of its task on request, and measures them on its own clock. */
export class Contender {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #errors: Buffer[] = [];
  readonly #name: string;
  #introduction: Introduction | undefined;

  /** Starts the process, which sets up its task. */
  constructor(name: string, command: Command) {
    this.#name = name;
    this.#child = spawn(command.program, command.arguments, { env: command.environment, stdio: 'pipe' });
    // If a process cannot be started, or ends too early, this is reported where its answer is missing.
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

  /** Does some steps. @throws Error with the output of the process if it ended too early. */
  async turn(steps: number): Promise<Turn> {
    await this.introduction();
    this.#child.stdin?.write(`${JSON.stringify({ steps })}\n`);
    return (await this.#answer()) as Turn;
  }

  /**
   * Ends the process. One that has not ended after some time is killed, and one that does not even end then is left alone: on a GPU,
   * processes have stayed for minutes, and a measurement must not be lost for that.
   */
  async close(patience = patienceMilliseconds): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit');
    for (const [signal, milliseconds] of [
      ['SIGTERM', patience],
      ['SIGKILL', patienceMilliseconds],
    ] as const) {
      child.kill(signal);
      await Promise.race([exited, setTimeout(milliseconds, undefined, { ref: false })]);
      if (child.exitCode !== null || child.signalCode !== null) return;
    }
    for (const stream of child.stdio) stream?.destroy();
    child.unref();
  }

  async #answer(): Promise<unknown> {
    const { done, value } = await this.#answers.next();
    if (!done) return JSON.parse(value);
    const said = Buffer.concat(this.#errors).toString().trim().split('\n').slice(-20).join('\n');
    throw new Error(`${this.#name} ended before its time: ${said || 'it said nothing'}`);
  }
}
