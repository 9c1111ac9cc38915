import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { Outcome } from './pipe.ts';

/** Runs a command of a shell in a folder. */
export type Shell = (command: string) => Outcome;

/**
 * A new user's shell in an empty folder with an empty home: from this process's environment, it has only what npm and pip need to reach
 * their registries.
 * @param programs a folder at the start of PATH.
 */
export function newUser(folder: string, home: string, programs?: string): Shell {
  for (const path of [folder, home]) mkdirSync(path, { recursive: true });
  const foreign = /^(npm_|pipe_|cifar|xdg_|vite|node_(env|options|path)|init_cwd|force_color|tf_|home$)/iu;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
  const env = {
    ...Object.fromEntries(kept),
    HOME: home,
    NO_COLOR: '1',
    PATH: [...(programs ? [programs] : []), ...path].join(delimiter),
    ...reachingRegistry(),
  };
  return (command) => {
    const options = { cwd: folder, env, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], options);
    return { code: status, stdout, stderr };
  };
}

/** The npm settings of the user who runs the tests that tell where packages come from, as variables. */
function reachingRegistry(): Readonly<Record<string, string>> {
  const listed = execFileSync('npm', ['config', 'list', '--json'], { encoding: 'utf8' });
  const settings = JSON.parse(listed) as Readonly<Record<string, unknown>>;
  const named = ['registry', 'cafile', 'proxy', 'https-proxy'].filter((name) => typeof settings[name] === 'string');
  return Object.fromEntries(named.map((name) => [`npm_config_${name.replace('-', '_')}`, String(settings[name])]));
}

/** Why nothing can be installed from npm's registry here; undefined if it can. */
export function whyNoRegistry(): string | undefined {
  const { status } = spawnSync('npm', ['view', 'esbuild', 'version', '--fetch-retries=0'], { timeout: 60_000 });
  return status === 0 ? undefined : "npm's registry cannot be reached";
}
