import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundleUrl } from '../bundle/bundle.ts';
import type { StageResult } from '../engine/definition.ts';
import type { StageJob, StageListener } from '../engine/run/executor.ts';
import { StageError } from '../problem/errors.ts';
import { traceArguments } from './file-trace.ts';
import { type FromWorker, packError, type ToWorker, unpackError } from './protocol.ts';

/** How long a stage may take to stop at its next step before its process is killed. */
const stopGraceMilliseconds = 10_000;
const keptErrorLines = 20;

/** One worker process, running at most one stage at a time. */
export interface StageWorker {
  readonly alive: boolean;
  run(job: StageJob, listener: StageListener, signal: AbortSignal): Promise<StageResult>;
  end(): Promise<void>;
}

/** How a worker process is started. */
export interface WorkerOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Where strace writes which files it opens; without it nothing watches. */
  readonly traceFile?: string;
}

/** Starts a worker process. */
export function startWorker({ environment, directory, traceFile }: WorkerOptions): StageWorker {
  const child = fork(fileURLToPath(bundleUrl('stage-worker')), {
    env: environment,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // strace starts Node in its own place: to both sides it is as if it were not there.
    ...(traceFile !== undefined && {
      execPath: 'strace',
      execArgv: [...traceArguments(traceFile), process.execPath, ...process.execArgv],
    }),
  });
  const lastWords: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords.push(...text.split('\n').filter((line) => line.trim() !== ''));
    lastWords.splice(0, lastWords.length - keptErrorLines);
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null && child.connected;
  return {
    get alive() {
      return isAlive();
    },
    run: (job, listener, signal) => runJob(child, lastWords, job, listener, signal),
    async end() {
      if (!isAlive()) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

function runJob(
  child: ChildProcess,
  lastWords: readonly string[],
  job: StageJob,
  listener: StageListener,
  signal: AbortSignal,
): Promise<StageResult> {
  return new Promise((resolve, reject) => {
    let killer: NodeJS.Timeout | undefined;
    const tell = (message: ToWorker) => child.send(message);
    const onMessage = (message: FromWorker) => {
      if (message.type === 'progress') listener.progress(message.progress);
      else if (message.type === 'warning') listener.warn(message.message);
      else if (message.type === 'done') settle(() => resolve(message.result));
      else settle(() => reject(signal.aborted ? signal.reason : unpackError(message.error)));
    };
    const onExit = (code: number | null, killedBy: NodeJS.Signals | null) => {
      settle(() => reject(signal.aborted ? signal.reason : death(code, killedBy, lastWords)));
    };
    const onAbort = () => {
      tell({ type: 'stop', reason: packError(signal.reason) });
      killer = setTimeout(() => child.kill('SIGKILL'), stopGraceMilliseconds);
    };
    function settle(finish: () => void): void {
      clearTimeout(killer);
      child.off('message', onMessage).off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      finish();
    }
    child.on('message', onMessage).on('exit', onExit);
    signal.addEventListener('abort', onAbort);
    tell({ type: 'run', job });
    if (signal.aborted) onAbort();
  });
}

const crashAdvice =
  'a native library is at fault; TF_ENABLE_ONEDNN_OPTS=0 in the environment tells whether it is oneDNN in TensorFlow';

/** What may be behind the end of a process that a signal killed. */
const adviceBySignal: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'the machine may have run out of memory; try a smaller batch',
  SIGSEGV: crashAdvice,
  SIGABRT: crashAdvice,
};

function death(code: number | null, killedBy: NodeJS.Signals | null, lastWords: readonly string[]): StageError {
  const how = killedBy ? `was killed by ${killedBy}` : `ended with exit code ${code}`;
  const advice = killedBy ? adviceBySignal[killedBy] : undefined;
  const words = lastWords.length > 0 ? `its last words:\n${lastWords.join('\n')}` : undefined;
  const hint = [advice, words].filter((part) => part !== undefined).join('; ');
  return new StageError(`the stage's process ${how}`, hint === '' ? {} : { hint });
}
