import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Environment } from '../location.ts';

/** The result of a finished program. */
export interface Outcome {
  /** Undefined if it could not be started or was killed. */
  readonly code: number | undefined;
  /** The signal that ended it, e.g. `SIGILL`. */
  readonly killedBy: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const keptOutputBytes = 16 * 2 ** 20;

/** The full path of a program on the PATH; undefined if there is none. */
export function findExecutable(environment: Environment, name: string): string | undefined {
  if (name.includes('/')) return isExecutable(name) ? name : undefined;
  const directories = (environment['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** Runs a program to its end and returns the result; rejects only if aborted. */
export function runExecutable(
  file: string,
  args: readonly string[],
  options: { environment: Environment; signal?: AbortSignal | undefined; timeoutMilliseconds?: number },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const settings = {
      env: options.environment,
      encoding: 'utf8' as const,
      maxBuffer: keptOutputBytes,
      timeout: options.timeoutMilliseconds ?? 0,
      ...(options.signal && { signal: options.signal }),
    };
    execFile(file, args, settings, (error, stdout, stderr) => {
      if (options.signal?.aborted) reject(options.signal.reason);
      else if (!error) resolve({ code: 0, killedBy: undefined, stdout, stderr });
      else {
        const code = typeof error.code === 'number' ? error.code : undefined;
        resolve({ code, killedBy: error.signal ?? undefined, stdout, stderr: stderr || error.message });
      }
    });
  });
}

/** The last lines of a program's output that are not blank. */
export function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
