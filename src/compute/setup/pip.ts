import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../location.ts';
import { findExecutable, lastLines, runExecutable } from './executable.ts';
import type { Wheel } from './wheels.ts';

/** How to start pip here: `pip`, `pip3` or a Python that has it; undefined if none works. */
export async function findPip(environment: Environment): Promise<readonly [string, ...string[]] | undefined> {
  const ways: readonly [string, ...string[]][] = [['pip3'], ['pip'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']];
  for (const [name, ...args] of ways) {
    const file = findExecutable(environment, name);
    if (!file) continue;
    // Being on the PATH is not enough: version managers leave shims for programs that no selected Python has.
    const { code } = await runExecutable(file, [...args, '--version'], { environment });
    if (code === 0) return [file, ...args];
  }
  return undefined;
}

/** The index pip is configured to use on this machine; undefined if it is not configured or there is no pip. */
export async function pipIndex(environment: Environment): Promise<string | undefined> {
  const pip = await findPip(environment);
  if (!pip) return undefined;
  const [file, ...args] = pip;
  const { code, stdout } = await runExecutable(file, [...args, 'config', 'get', 'global.index-url'], { environment });
  return code === 0 ? stdout.trim() || undefined : undefined;
}

/**
 * Downloads a wheel with pip, with its configured proxies, certificates, credentials and local folders. The hash in the requirement pins
 * the file, whatever server answers.
 * @returns pip's last output if it failed.
 */
export async function pipDownload(
  pip: readonly [string, ...string[]],
  wheel: Wheel,
  directory: string,
  options: { environment: Environment; signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  const requirements = join(directory, `${wheel.file}.${process.pid}.txt`);
  await writeFile(requirements, `${wheel.project}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  try {
    const [file, ...args] = pip;
    const download = ['download', '--no-deps', '--require-hashes', '--only-binary=:all:', ...targetOf(wheel)];
    const paths = ['--dest', directory, '--requirement', requirements];
    const { code, stderr } = await runExecutable(file, [...args, ...download, ...paths], options);
    return code === 0 ? undefined : lastLines(stderr, 3);
  } finally {
    await rm(requirements);
  }
}

/** The tags of a wheel's name (PEP 427), in the form in which pip needs the platform. */
function targetOf(wheel: Wheel): string[] {
  const [python = '', abi = '', platforms = ''] = wheel.file
    .replace(/\.whl$/, '')
    .split('-')
    .slice(-3);
  const version = python.startsWith('cp') ? `${python[2]}.${python.slice(3)}` : '3.11';
  return [
    ...['--python-version', version, '--implementation', 'cp', '--abi', abi],
    ...platforms.split('.').flatMap((platform) => ['--platform', platform]),
  ];
}
