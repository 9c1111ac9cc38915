import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleUrl } from '../../bundle/bundle.ts';
import { count } from '../units.ts';
import type { FigureAnswer, FigureTask } from './figure-worker.ts';

/** What drawing one figure may take. */
export interface FigureLimits {
  readonly seconds: number;
  /** Of JavaScript values. */
  readonly megabytes: number;
}

const usual: FigureLimits = { seconds: 60, megabytes: 400 };

/** Binary data, code and the drawing's own memory need more than its values. */
const moreMegabytes = 1100;

/**
 * Draws figures that stages made, one at a time, in a process that is started on demand and replaced when a figure has ended it. Whatever a
 * figure asks for, the answer is a drawing or a sentence.
 */
export class ForeignFigures {
  readonly #limits: FigureLimits;
  #child: ChildProcess | undefined;

  constructor(limits: FigureLimits = usual) {
    this.#limits = limits;
  }

  async draw(task: FigureTask): Promise<FigureAnswer> {
    const { seconds, megabytes } = this.#limits;
    this.#child ??= started(this.#limits);
    const child = this.#child;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, 1000 * seconds);
    try {
      return await new Promise<FigureAnswer>((resolve) => {
        child.once('message', (answer) => resolve(answer as FigureAnswer));
        child.once('error', ({ message }) =>
          resolve({ problem: `The program that draws cannot be started: ${message}.` }),
        );
        child.once('exit', (code, signal) => {
          this.#child = undefined;
          const isLong = isLate || signal === 'SIGXCPU';
          const isLarge = signal === 'SIGABRT' || code === 134 || code === 133 || signal === 'SIGTRAP';
          resolve({
            problem: isLong
              ? `It takes longer than ${count(seconds)} s, and was stopped.`
              : isLarge
                ? `It needs more memory than ${megabytes} MB, and was stopped.`
                : `The program that draws ended (${signal ?? `exit code ${code}`}).`,
          });
        });
        child.send(task);
      });
    } finally {
      clearTimeout(timer);
      child.removeAllListeners();
      // An error of a process that ended meanwhile concerns nobody.
      child.on('error', () => undefined);
    }
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}

/** Nothing of the environment is handed on, and no core file is left. The limit of processor time ends it if this process is killed. */
function started({ seconds, megabytes }: FigureLimits): ChildProcess {
  const node = [process.execPath, `--max-old-space-size=${megabytes}`, fileURLToPath(bundleUrl('figure-worker'))];
  const limits = [
    ['c', 0],
    ['t', Math.ceil(2 * seconds) + 5],
    ['d', 1000 * (megabytes + moreMegabytes)],
  ].map(([name, value]) => `ulimit -${name} ${value} 2> /dev/null`);
  const script = `${limits.join('; ')}; exec "$@"`;
  const [program, ...words] = process.platform === 'win32' ? node : ['/bin/sh', '-c', script, 'sh', ...node];
  return spawn(program!, words, {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
}
