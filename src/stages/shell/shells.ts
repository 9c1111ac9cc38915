import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import { StageError } from '../../problem/errors.ts';

/** How a command ended. */
export interface Ended {
  /** Its exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly killedBy: string | null;
}

/** A command to be run. */
export interface Command {
  readonly text: string;
  /** `sh -e`: it ends with the first line that fails. */
  readonly stopAtFirstFailure?: boolean;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Hears each line the command writes. */
  onLine(line: string): void;
}

/** A command that runs. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Sends a signal to the command and to all it has started. */
  signalAll(signal: NodeJS.Signals): void;
}

/** Environments may differ from stage to stage: no more shells than this wait for one that is as theirs. */
const idleAtMost = 8;

/**
 * Runs commands as `/bin/sh -c` does. Each is started by a small shell that stays for the next one: to start it from here, the system
 * would copy the tables of all memory of this process, which took longer than a short command does.
 */
export class Shells {
  readonly #idle: Shell[] = [];

  run(command: Command): Running {
    const wanted = JSON.stringify(command.environment);
    const at = this.#idle.findIndex(({ environment, isAlive }) => isAlive && environment === wanted);
    const shell = at === -1 ? new Shell(command.environment, wanted) : this.#idle.splice(at, 1)[0]!;
    const ended = shell.run(command).finally(() => {
      if (shell.isAlive) this.#idle.push(shell);
      if (this.#idle.length > idleAtMost) this.#idle.shift()?.close();
    });
    return { ended, signalAll: (signal) => shell.signal(signal) };
  }
}

/** A shell that reads commands, one after the other, and says how each ended; it does not outlive this process. */
class Shell {
  /** Tells whether two environments are one. */
  readonly environment: string;
  readonly #process: ChildProcess;
  /** Absent where the shell could not be started. */
  readonly #lines: Interface | undefined;
  /** No command can know it, and so pass for the end of itself. */
  readonly #mark = randomUUID();
  isAlive = true;

  constructor(variables: Command['environment'], environment: string) {
    this.environment = environment;
    // A group of its own, so that a signal reaches whatever a command has started.
    this.#process = spawn('/bin/sh', [], { env: variables, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    const { stdin, stdout, pid } = this.#process;
    const onEnd = () => {
      this.isAlive = false;
    };
    this.#process.on('close', onEnd).on('error', onEnd);
    if (pid === undefined) return;
    this.#lines = createInterface({ input: stdout! });
    // Whatever it comes from, the process ends, and that is what is reported.
    stdin!.on('error', () => undefined);
    // It outlives a signal to stop, to tell when the command has ended; commands get such a signal as ever.
    stdin!.write('trap : TERM INT HUP\n');
    this.#hold(false);
  }

  /** @throws StageError where the shell could not be started, as where processes or open files are at their limit. */
  run({ text, stopAtFirstFailure, folder, onLine }: Command): Promise<Ended> {
    const lines = this.#lines;
    if (!lines) return new Promise((_, reject) => this.#process.once('error', (error) => reject(notStarted(error))));
    this.#hold(true);
    return new Promise((resolve) => {
      const onAnyLine = (line: string) => {
        if (line.startsWith(this.#mark)) finish(() => resolve(endedWith(Number(line.slice(this.#mark.length)))));
        else onLine(line);
      };
      const onClose = (code: number | null, killedBy: NodeJS.Signals | null) =>
        finish(() => resolve({ code, killedBy }));
      const finish = (report: () => void) => {
        lines.off('line', onAnyLine);
        this.#process.off('close', onClose);
        this.#hold(false);
        report();
      };
      lines.on('line', onAnyLine);
      this.#process.on('close', onClose);
      // `cd` leaves its traces in the environment; the command finds it as it was given.
      const inFolder = `cd ${quoted(folder)} && unset OLDPWD PWD && exec /bin/sh ${stopAtFirstFailure ? '-ec' : '-c'} ${quoted(text)}`;
      this.#process.stdin!.write(`(${inFolder}) 2>&1 </dev/null; printf '\\n%s%s\\n' ${this.#mark} "$?"\n`);
    });
  }

  signal(name: NodeJS.Signals): void {
    if (this.#process.pid === undefined) return;
    // It does not survive this, though that shows only later.
    if (name === 'SIGKILL') this.isAlive = false;
    try {
      process.kill(-this.#process.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Lets it end. */
  close(): void {
    this.#process.stdin!.end();
  }

  /** Whether this process is to stay for its sake. */
  #hold(isHeld: boolean): void {
    const method = isHeld ? 'ref' : 'unref';
    const { stdin, stdout } = this.#process as unknown as Record<'stdin' | 'stdout', { ref(): void; unref(): void }>;
    for (const each of [this.#process, stdin, stdout]) each[method]();
  }
}

function notStarted(error: Error): StageError {
  return new StageError(`the command could not be started: ${error.message}`, { cause: error });
}

/** Shells report a signal as 128 and its number. */
function endedWith(status: number): Ended {
  const killedBy = Object.entries(constants.signals).find(([, number]) => status === 128 + number)?.[0];
  return killedBy === undefined ? { code: status, killedBy: null } : { code: null, killedBy };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
