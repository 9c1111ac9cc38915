import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory, type Environment, wheelDirectory } from '../src/compute/location.ts';

const run = promisify(execFile);

/** The Pythons that TensorFlow's wheels are published for, and Keras and PyTorch run on. */
const interpreters = ['python3.13', 'python3.12', 'python3.11', 'python3'];
const supported = /^Python 3\.1[123]\./;

/** What a Python environment is for. */
export interface PythonPackages {
  /** As people call it. */
  readonly name: string;
  /** As folders are called after it. */
  readonly folder: string;
  /** File of pinned packages with their hashes: another content is another environment. */
  readonly requirements: string;
  /** What it takes on the disk. */
  readonly gigabytes: number;
}

/** An interpreter with the packages; or, in one sentence, why there is none. */
export type Python = { readonly program: string } | { readonly missing: string };

/**
 * Finds a Python environment with these packages in the per-user cache, or makes it there, once. TensorFlow's wheel is taken
 * from the same cache where a set-up that was interrupted left it.
 */
export async function pythonWith(
  { name, folder, requirements, gigabytes }: PythonPackages,
  environment: Environment,
): Promise<Python> {
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const cache = cacheDirectory(environment);
  const directory = join(cache, `${folder}-${digest}`);
  const program = join(directory, 'bin', 'python');
  const finished = join(directory, 'finished');
  if (existsSync(finished)) return { program };
  const base = await interpreter();
  if (!base) return { missing: `none of ${interpreters.join(', ')} is a Python from 3.11 to 3.13` };
  console.error(`Installing ${name} in ${directory} (once; about ${gigabytes} GB)`);
  const wheels = join(cache, wheelDirectory);
  await mkdir(wheels, { recursive: true });
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  try {
    await run(base, ['-m', 'venv', directory]);
    await run(program, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--require-hashes',
      '--only-binary=:all:',
      '--find-links',
      wheels,
      '-r',
      requirements,
    ]);
  } catch (error) {
    return { missing: `${name} could not be installed: ${lastLine(error)}` };
  }
  await writeFile(finished, '');
  return { program };
}

async function interpreter(): Promise<string | undefined> {
  for (const name of interpreters) {
    try {
      const { stdout } = await run(name, ['--version']);
      if (supported.test(stdout)) return name;
    } catch {
      // Not there, or not working: the next one may be.
    }
  }
  return undefined;
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).trim().split('\n').at(-1) ?? '';
}
