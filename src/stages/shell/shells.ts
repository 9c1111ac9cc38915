import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { StageError } from '../../problem/errors.ts';
import type { Containment } from '../../process/containment.ts';
import { closingMilliseconds, type Ended, endedWith } from '../../process/ended.ts';
import { endOwnMarked, kill, markVariable } from '../../process/mark.ts';
import { MarkedOutput } from './marked-output.ts';

/** A command to run. */
export interface Command {
  readonly text: string;
  /** `sh -e`: it stops at the first line that fails. */
  readonly stopAtFirstFailure?: boolean;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The value of `PIPE_STAGE` in its processes, by which they are found without a namespace. */
  readonly mark: string;
  /** How its processes are contained; without a namespace, by their mark. */
  readonly containment: Containment;
  /** Gets the output of the command as it arrives. */
  onOutput(chunk: Buffer): void;
}

/** A running command. */
export interface Running {
  /** Resolves when the command has ended, and with it what it had started: in a namespace all of it, without one what can be found. */
  readonly ended: Promise<Ended>;
  /** Sends a signal to the command and to all of its process group. */
  signalAll(signal: NodeJS.Signals): void;
}

/** At most this many shells wait for another command. */
const idleAtMost = 8;

/** Linux's limit for one argument or one variable, without the zero at its end. */
const longestText = 128 * 1024 - 1;

/**
 * Runs commands as `/bin/sh -c` does. Each is started by a small shell that stays for the next one: to start it from here, the system
 * would copy the tables of all memory of this process, which took longer than a short command does. The shell is the first process of a
 * namespace, and ends what a command has left before it reports the command's end. Without a namespace a shell runs one command only, so
 * that nothing a command leaves behind writes into the output of the next.
 */
export class Shells {
  readonly #idle: Shell[] = [];

  /** @throws StageError if the system can never accept the command. */
  run(command: Command): Running {
    checkTexts(command);
    const isContained = command.containment.namespace !== undefined;
    const shell = (isContained ? this.#takeIdle() : undefined) ?? new Shell(command);
    const ended = shell.run(command).finally(() => {
      if (isContained && shell.isAlive) this.#idle.push(shell);
      if (this.#idle.length > idleAtMost) this.#idle.shift()?.close();
    });
    return { ended, signalAll: (signal) => shell.signal(signal) };
  }

  #takeIdle(): Shell | undefined {
    for (let shell = this.#idle.shift(); shell; shell = this.#idle.shift()) if (shell.isAlive) return shell;
    return undefined;
  }
}

/**
 * For the first process of a namespace: kills all others, again until none is left, not even one that has ended and was not waited for. Each
 * subshell waits for some.
 */
const endOthersWithin = 'while kill -KILL -1; do (sleep 0.01); done; ';

/** Without a namespace: a second process waits for the end of this one, and then ends the group. */
const endWithThis =
  "exec 8<&0; (trap '' TERM INT HUP; read -r _ <&8; kill -KILL -$$) </dev/null >/dev/null & exec 8<&-; ";

/** A shell that runs commands, one after the other, and reports how each ended. */
class Shell {
  isAlive = true;
  readonly #process: ChildProcess;
  /** No command can know it, and so fake its own end. */
  readonly #endMark = randomUUID();
  /** Of the only command that it runs, if that is not in a namespace. */
  readonly #mark: string | undefined;

  constructor({ containment: { namespace }, mark }: Command) {
    this.#mark = namespace ? undefined : mark;
    // Without a namespace, it must survive this process, so that its group can be found by its mark.
    const [program, ...rest] = [...(namespace?.shell ?? []), '/bin/sh'];
    this.#process = spawn(program!, rest, {
      env: namespace ? {} : { [markVariable]: mark },
      stdio: ['pipe', 'pipe', 'ignore'],
      // A separate group, so that a signal reaches what a command has started.
      detached: true,
    });
    const { stdin, stdout, pid } = this.#process;
    const onEnd = () => {
      this.isAlive = false;
    };
    this.#process.on('exit', onEnd).on('error', onEnd);
    if (pid === undefined) return;
    // The process ends after any such failure, and its end is reported.
    stdin!.on('error', () => undefined);
    stdout!.on('error', () => undefined);
    // It survives a stop signal, to report when the command has ended; commands get the signal as usual.
    stdin!.write('trap : TERM INT HUP\n');
    this.#hold(false);
  }

  /** @throws StageError if the shell could not be started, for example at the limit of processes or open files. */
  run(command: Command): Promise<Ended> {
    const { stdin, stdout, pid } = this.#process;
    if (pid === undefined) return new Promise((_, reject) => this.#process.once('error', (e) => reject(notStarted(e))));
    this.#hold(true);
    const output = new MarkedOutput(this.#endMark, (chunk) => command.onOutput(chunk));
    return new Promise((resolve) => {
      let closing: NodeJS.Timeout | undefined;
      const onData = (chunk: Buffer) => {
        const status = output.read(chunk);
        if (status !== undefined) finish(endedWith(status));
      };
      const onExit = () => {
        this.#endOthers();
        closing = setTimeout(() => stdout!.destroy(), closingMilliseconds);
      };
      const onClose = (code: number | null, killedBy: NodeJS.Signals | null) => finish({ code, killedBy });
      const finish = (ended: Ended) => {
        clearTimeout(closing);
        stdout!.off('data', onData);
        this.#process.off('exit', onExit).off('close', onClose);
        output.end();
        this.#endOthers();
        this.#hold(false);
        resolve(ended);
      };
      stdout!.on('data', onData);
      this.#process.on('exit', onExit).on('close', onClose);
      stdin!.write(this.#script(command));
    });
  }

  signal(name: NodeJS.Signals): void {
    if (this.#process.pid === undefined) return;
    if (name === 'SIGKILL') {
      // It does not survive this, though that becomes visible only later.
      this.isAlive = false;
      // First of all: a process that left the group without its environment is known only by its ancestors, and only while they live.
      if (this.#mark !== undefined) endOwnMarked(this.#mark);
    }
    kill(-this.#process.pid, name);
  }

  /** Lets it end. */
  close(): void {
    this.#process.stdin!.end();
  }

  /** One line for the shell. */
  #script({ text, stopAtFirstFailure, folder, environment, mark, containment: { namespace } }: Command): string {
    const variables = Object.entries({ ...environment, [markVariable]: mark }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`],
    );
    const options = stopAtFirstFailure ? '-ec' : '-c';
    const within = namespace?.command ?? [];
    const words = [...within, '/usr/bin/env', '-i', ...variables, '/bin/sh', options, text].map(quoted).join(' ');
    const [before, after] = namespace ? ['', endOthersWithin] : [endWithThis, ''];
    const command = `(cd ${quoted(folder)} && exec ${words}) 2>&1 </dev/null; code=$?`;
    return `${before}${command}; ${after}printf '%s%s\\n' ${this.#endMark} "$code"\n`;
  }

  /** Ends what a command without a namespace has left. */
  #endOthers(): void {
    if (this.#mark === undefined) return;
    this.signal('SIGKILL');
    this.#process.stdout!.destroy();
  }

  /** Whether this process must be kept for it. */
  #hold(isHeld: boolean): void {
    const method = isHeld ? 'ref' : 'unref';
    const { stdin, stdout } = this.#process as unknown as Record<'stdin' | 'stdout', { ref(): void; unref(): void }>;
    for (const each of [this.#process, stdin, stdout]) each[method]();
  }
}

function checkTexts({ text, environment }: Command): void {
  const variables = Object.entries(environment).map(
    ([name, value]) => [`variable ${name}`, `${name}=${value}`] as const,
  );
  for (const [what, words] of [['command', text] as const, ...variables]) {
    const bytes = Buffer.byteLength(words);
    if (bytes > longestText) {
      throw new StageError(`the ${what} is too long: ${bytes} bytes, but the system accepts at most ${longestText}`, {
        hint: 'put it into a file, and list the file under `files`',
      });
    }
    if (words.includes('\0')) {
      throw new StageError(`the ${what} contains a zero byte, which the system does not accept`, {
        hint: 'remove the zero byte (\\0)',
      });
    }
  }
}

function notStarted(error: Error): StageError {
  return new StageError(`the command could not be started: ${error.message}`, { cause: error });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
