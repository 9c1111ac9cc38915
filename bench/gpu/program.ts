import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import type { PartContext } from './part.ts';

/** The result of a program. */
export interface Ended {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a program may take to end once it is told to. */
const patienceMilliseconds = 5_000;

/** Runs a program to its end, or to the end of the part's time; its standard error goes to the log at once. */
export async function runProgram(
  program: string,
  arguments_: readonly string[],
  { signal, environment, file, note }: PartContext,
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> {
  const child = spawn(program, arguments_, {
    cwd: file('.'),
    env: { ...environment, ...variables },
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
    note(text.trimEnd());
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('error', (error) => resolve({ code: null, stdout, stderr: `${stderr}${error.message}` }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const stop = async () => {
    endGroup(child.pid, 'SIGINT');
    await Promise.race([ended, setTimeout(patienceMilliseconds, undefined, { ref: false })]);
    endGroup(child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', stop, { once: true });
  const result = await ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return result;
}

/** The last lines of a program's output, as a reason. */
export function lastWords({ stdout, stderr }: Ended): string {
  return (stderr.trim() || stdout.trim() || 'it said nothing').split('\n').slice(-12).join('\n');
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone.
  }
}
