import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { s3Environment } from '../../tests/remotes/servers.ts';

/** The command: this code is bundled in `dist`. */
const command = fileURLToPath(new URL('../bin/pipe.cjs', import.meta.url));

/** The output of one stage, to be sent and downloaded. */
export interface Load {
  readonly title: string;
  /** Makes `out`, in a shell. */
  readonly command: string;
  readonly isFolder: boolean;
}

/** A user with a key, with separate folders. */
export class Desk {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #folders = 0;

  /** @param environment in addition to the usual variables: the addresses of the servers. */
  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    const home = join(folder, 'home');
    mkdirSync(home);
    this.#environment = {
      ...process.env,
      ...s3Environment,
      ...environment,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      GITHUB_EVENT_NAME: undefined,
      CI_MERGE_REQUEST_IID: undefined,
      PIPE_REMOTE: undefined,
      PIPE_SIGNING_KEY: undefined,
    };
    this.call(folder, this.pipe('keys', 'new'));
  }

  /** A new folder, with a new name. */
  newFolder(): string {
    this.#folders += 1;
    const path = join(this.#folder, `folder-${this.#folders}`);
    mkdirSync(path);
    return path;
  }

  /** A new project with one stage that makes a load, and an empty store. */
  newProject({ command: line, isFolder }: Load): string {
    const folder = this.newFolder();
    const stage = { uses: 'shell', with: { command: line, outputs: { out: isFolder ? 'out/' : 'out' } } };
    writeFileSync(join(folder, 'load.yaml'), JSON.stringify({ name: 'load', stages: { load: stage } }));
    return folder;
  }

  /** The command of this program. */
  pipe(...parameters: readonly string[]): readonly string[] {
    return [process.execPath, command, ...parameters];
  }

  /** Seconds from the start of a process to its end. @throws Error with its last output if it fails. */
  call(directory: string, [program = '', ...parameters]: readonly string[]): number {
    const start = performance.now();
    const { status, stdout, stderr, error } = spawnSync(program, parameters, {
      cwd: directory,
      env: this.#environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seconds = (performance.now() - start) / 1e3;
    if (status === 0) return seconds;
    const words = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-8).join('\n');
    throw new Error(`${[program, ...parameters].join(' ')} ended with ${status}: ${words}`);
  }
}
