import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory, type Environment, wheelDirectory } from '../src/compute/location.ts';

const run = promisify(execFile);

/** The Pythons that TensorFlow's wheels are published for, and Keras runs on. */
const interpreters = ['python3.13', 'python3.12', 'python3.11', 'python3'];
const supported = /^Python 3\.1[123]\./;

/** An interpreter with Keras; or, in one sentence, why there is none. */
export type Python = { readonly program: string } | { readonly missing: string };

/**
 * Finds a Python environment with Keras in the per-user cache, or makes it there, once. TensorFlow's wheel is taken from
 * the same cache where a set-up that was interrupted left it.
 * @param requirements file of pinned packages with their hashes: another content is another environment.
 */
export async function kerasEnvironment(requirements: string, environment: Environment): Promise<Python> {
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const cache = cacheDirectory(environment);
  const directory = join(cache, `keras-${digest}`);
  const program = join(directory, 'bin', 'python');
  const finished = join(directory, 'finished');
  if (existsSync(finished)) return { program };
  const base = await interpreter();
  if (!base) return { missing: `none of ${interpreters.join(', ')} is a Python from 3.11 to 3.13` };
  console.error(`Installing Keras in ${directory} (once; about 2 GB)`);
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
    return { missing: `Keras could not be installed: ${lastLine(error)}` };
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
