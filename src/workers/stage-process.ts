import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundleUrl } from '../bundle/bundle.ts';
import type { StageResult } from '../engine/definition.ts';
import type { StageJob, StageListener } from '../engine/run/executor.ts';
import { StageError } from '../problem/errors.ts';
import { closingMilliseconds, endedWith, stopGraceMilliseconds } from '../process/ended.ts';
import { LastWords } from '../process/last-words.ts';
import { type FromWorker, packError, type ToWorker, unpackError } from './protocol.ts';

type Variables = Readonly<Record<string, string>>;

/** One worker process, running at most one stage at a time. */
export interface StageWorker {
  readonly alive: boolean;
  /** @param variables for processes that the stage starts. */
  run(job: StageJob, variables: Variables, listener: StageListener, signal: AbortSignal): Promise<StageResult>;
  /** Ends it and waits for that. False if it had to be killed. */
  end(): Promise<boolean>;
}

/** How a worker process is started. */
export interface WorkerOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Words before Node's own: programs that start Node to contain or trace it. */
  readonly within: readonly string[];
}

/** Starts a worker process. */
export function startWorker({ environment, directory, within }: WorkerOptions): StageWorker {
  const [program = process.execPath, ...words] = within;
  const child = fork(fileURLToPath(bundleUrl('stage-worker')), {
    env: environment,
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    // The parent handles the signals of a terminal.
    detached: true,
    execPath: program,
    execArgv: [...words, ...(within.length > 0 ? [process.execPath] : []), ...process.execArgv],
  });
  return new Worker(child);
}

class Worker implements StageWorker {
  readonly #child: ChildProcess;
  readonly #lastWords = new LastWords();
  /** Once no more output arrives. */
  readonly #closed: Promise<void>;
  #isHeapFull = false;
  #listener: StageListener | undefined;
  #failure: Error | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    // Without this listener, such a failure would end the whole run; senders and waiters get the error.
    child.on('error', (error) => {
      this.#failure ??= error;
    });
    // Node's own `close` event does not come if this side disconnects.
    this.#closed = new Promise((resolve) => {
      child.on('error', () => {
        if (child.pid === undefined) resolve();
      });
      child.on('exit', () => {
        const patience = setTimeout(resolve, closingMilliseconds);
        const open = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.closed);
        void Promise.all(open.map((stream) => once(stream!, 'close'))).then(() => {
          clearTimeout(patience);
          resolve();
        });
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#lastWords.add(text);
        // V8 reports it only on standard error, followed by more than the last lines that are kept.
        this.#isHeapFull ||= text.includes('JavaScript heap out of memory');
        this.#listener?.say(text);
      });
    }
  }

  get alive(): boolean {
    const { pid, exitCode, signalCode, connected } = this.#child;
    return pid !== undefined && exitCode === null && signalCode === null && connected;
  }

  async run(job: StageJob, variables: Variables, listener: StageListener, signal: AbortSignal): Promise<StageResult> {
    this.#listener = listener;
    try {
      return await this.#run({ type: 'run', job, variables }, listener, signal);
    } finally {
      // Output from before it reported its end may be read later in the same turn of the loop.
      await new Promise(setImmediate);
    }
  }

  async end(): Promise<boolean> {
    const { pid, exitCode, signalCode, connected } = this.#child;
    if (pid === undefined) return true;
    let wasKilled = signalCode !== null;
    if (exitCode === null && signalCode === null) {
      const exited = once(this.#child, 'exit');
      const killer = setTimeout(() => {
        wasKilled = true;
        this.#child.kill('SIGKILL');
      }, stopGraceMilliseconds);
      if (connected) this.#child.disconnect();
      await exited;
      clearTimeout(killer);
    }
    await this.#closed;
    this.#listener = undefined;
    return !wasKilled;
  }

  #run(order: ToWorker, listener: StageListener, signal: AbortSignal): Promise<StageResult> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      let killer: NodeJS.Timeout | undefined;
      const tell = (message: ToWorker) => {
        if (child.connected) child.send(message);
      };
      const onMessage = (message: FromWorker) => {
        if (message.type === 'progress') listener.progress(message.progress);
        else if (message.type === 'warning') listener.warn(message.message);
        else if (message.type === 'output') listener.say(message.text);
        else if (message.type === 'done') settle(() => resolve(message.result));
        else settle(() => reject(signal.aborted ? signal.reason : unpackError(message.error)));
      };
      const onExit = (code: number | null, killedBy: NodeJS.Signals | null) => {
        void this.#closed.then(() => {
          settle(() => reject(signal.aborted ? signal.reason : this.#death(code, killedBy)));
        });
      };
      const onError = (error: Error) => {
        if (child.pid === undefined) settle(() => reject(notStarted(error)));
        // A process that cannot be reached is ending, and its end tells more; otherwise it has to end.
        else killer ??= setTimeout(() => child.kill('SIGKILL'), closingMilliseconds);
      };
      const onAbort = () => {
        tell({ type: 'stop', reason: packError(signal.reason) });
        killer = setTimeout(() => child.kill('SIGKILL'), stopGraceMilliseconds);
      };
      function settle(finish: () => void): void {
        clearTimeout(killer);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        signal.removeEventListener('abort', onAbort);
        finish();
      }
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      signal.addEventListener('abort', onAbort);
      if (this.#failure) onError(this.#failure);
      tell(order);
      if (signal.aborted) onAbort();
    });
  }

  #death(code: number | null, killedBy: NodeJS.Signals | null): StageError {
    const { lines } = this.#lastWords;
    const ended = code === null ? { code, killedBy } : endedWith(code);
    const how = ended.killedBy ? `was killed by ${ended.killedBy}` : `ended with exit code ${ended.code}`;
    const advice = this.#isHeapFull ? heapAdvice : ended.killedBy ? adviceBySignal[ended.killedBy] : undefined;
    const words = lines.length > 0 ? `its last output:\n${lines.join('\n')}` : undefined;
    const hint = [advice, words].filter((part) => part !== undefined).join('; ');
    return new StageError(`the stage's process ${how}`, hint === '' ? {} : { hint });
  }
}

function notStarted(error: Error): StageError {
  return new StageError(`the stage's process could not be started: ${error.message}`, {
    cause: error,
    hint: 'check the limits on processes and open files (`ulimit -a`), and how much memory is free',
  });
}

const crashAdvice =
  'a native library crashed; to find out whether it is oneDNN in TensorFlow, set TF_ENABLE_ONEDNN_OPTS=0; with --xla, it may be compiled code: `pipe doctor` names the cache, remove tensorflow-*-xla there';

/** The possible reason for the end of a process that a signal killed. */
const adviceBySignal: Readonly<Record<string, string>> = {
  SIGKILL: 'the machine may have run out of memory; try a smaller batch',
  SIGSEGV: crashAdvice,
  SIGABRT: crashAdvice,
};

const heapAdvice =
  "its JavaScript heap is full; NODE_OPTIONS=--max-old-space-size=8192 in pipe's environment allows 8 GiB";
