import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../bin/pipe.cjs', import.meta.url));

/** The result of a command. */
export interface Outcome {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is started. */
export interface PipeOptions {
  /** In addition to the test's own variables. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
}

/** Starts `pipe` like a user, in a separate process group, as a shell does. */
export function startPipe(
  arguments_: readonly string[],
  options: PipeOptions = {},
): { readonly child: ChildProcess; readonly outcome: Promise<Outcome> } {
  const child = spawn(process.execPath, [command, ...arguments_], {
    cwd: options.directory ?? fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, NO_COLOR: '1', CIFAR10_DIR: undefined, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, outcome };
}

/** Runs `pipe` like a user, in a separate process. */
export function pipe(arguments_: readonly string[], options: PipeOptions = {}): Promise<Outcome> {
  return startPipe(arguments_, options).outcome;
}
