import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../bin/pipe.mjs', import.meta.url));

/** What a command left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pipe` as a user would, in a process of its own. @param environment is added to the test's own. */
export function pipe(
  arguments_: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string | undefined>>; readonly directory?: string } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [command, ...arguments_], {
    cwd: options.directory ?? fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, NO_COLOR: '1', CIFAR10_DIR: undefined, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
