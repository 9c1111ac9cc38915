import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Tool } from './tools/tool.ts';

const execute = promisify(execFile);

/** Peers from PyPI, by tool. */
const python = { DVC: 'dvc==3.67.1', Snakemake: 'snakemake==9.27.1' };

/** Peers from npm, by tool. */
const npm = { Turborepo: 'turbo@2.11.11', wireit: 'wireit@0.14.13', Nx: 'nx@24.0.6' };

/** The installed peers, and the missing ones with the reason. */
export interface Peers {
  /** Searched before the PATH. */
  readonly path: string;
  readonly nodeModules: string;
  readonly missing: ReadonlyMap<string, string>;
  /** Versions by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Finds the peers in a folder, or installs them there, once per set of versions. */
export async function setUpPeers(cache: string): Promise<Peers> {
  const pins = JSON.stringify([python, npm]);
  const folder = join(cache, `bench-engine-${createHash('sha256').update(pins).digest('hex').slice(0, 12)}`);
  const venv = join(folder, 'venv');
  const packages = join(folder, 'npm');
  const missing = new Map<string, string>();
  const report = (tools: object, reason: string | undefined) => {
    if (reason !== undefined) for (const tool of Object.keys(tools)) missing.set(tool, reason);
  };
  report(python, await once(venv, () => installPython(venv)));
  report(npm, await once(packages, () => installNpm(packages)));
  const makeVersion = await versionOf('make', missing);
  return {
    path: [join(venv, 'bin'), join(packages, 'node_modules', '.bin')].join(delimiter),
    nodeModules: join(packages, 'node_modules'),
    missing,
    versions: {
      make: makeVersion,
      ...Object.fromEntries(Object.entries(python).map(([tool, pin]) => [tool, pin.split('==')[1] ?? ''])),
      ...Object.fromEntries(Object.entries(npm).map(([tool, pin]) => [tool, pin.split('@')[1] ?? ''])),
    },
  };
}

/** Why a tool cannot be used; undefined if it can. */
export function whyMissing({ missing }: Peers, { name }: Tool): string | undefined {
  return missing.get(name.split(' ')[0] ?? name);
}

/** Creates a folder unless it was finished before; returns the reason if that fails. */
async function once(folder: string, make: () => Promise<void>): Promise<string | undefined> {
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return undefined;
  console.error(`Installing in ${folder} (once)`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await make();
    await writeFile(finished, '');
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return `it could not be installed: ${(stderr || message).trim().split('\n').at(-1)}`;
  }
}

async function installPython(venv: string): Promise<void> {
  await execute('python3', ['-m', 'venv', venv]);
  await execute(join(venv, 'bin', 'pip'), ['install', '--quiet', ...Object.values(python)]);
}

async function installNpm(folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  await execute('npm', ['install', ...quietly, ...Object.values(npm)], { cwd: folder });
}

async function versionOf(tool: string, missing: Map<string, string>): Promise<string> {
  try {
    const { stdout } = await execute(tool, ['--version']);
    return /\d+(?:\.\d+)+/u.exec(stdout)?.[0] ?? 'unknown';
  } catch {
    missing.set(tool, `there is no ${tool} on the PATH`);
    return 'absent';
  }
}
