import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Words to put before a program's own, so that its processes end in time. */
export interface Containment {
  /** The program ends when this process ends, for whatever reason. Empty if the system cannot do that. */
  readonly leash: readonly string[];
  /**
   * Programs run in a process namespace: all processes that they start end with them, and with this process, and can neither leave nor be
   * seen outside. Undefined if the system does not allow that.
   */
  readonly namespace: Namespace | undefined;
}

/** Words to put before the words of a program that runs in a process namespace. */
export interface Namespace {
  /** Before a program that is alone in it. */
  readonly alone: readonly string[];
  /**
   * Before a shell that runs commands in it, one after the other: creating a namespace takes longer than a short command. The shell is the
   * first process, and must end all processes that a command leaves behind.
   */
  readonly shell: readonly string[];
  /** Before each of these commands: only the command sees what it mounts. */
  readonly command: readonly string[];
}

/** No containment. */
export const uncontained: Containment = { leash: [], namespace: undefined };

/**
 * The first process of a namespace. The kernel ignores most signals that such a process does not handle, so it must not be the program
 * itself. It passes on the exit code, and prints nothing about a program that a signal ended.
 */
const first = 'exec 9>&2 2>/dev/null; trap : TERM INT HUP; (exec "$@" 2>&9 9>&-); exit $?';

const probes = new Map<string, Promise<Containment>>();

/** What this machine can do to end the processes of a stage. Tried once, with the tools on the PATH. */
export function containment(environment: Readonly<Record<string, string | undefined>>): Promise<Containment> {
  const path = environment['PATH'] ?? '';
  const probe = probes.get(path) ?? probed(path);
  probes.set(path, probe);
  return probe;
}

async function probed(path: string): Promise<Containment> {
  const [setpriv, unshare] = ['setpriv', 'unshare'].map((name) => find(name, path));
  if (setpriv === undefined) return uncontained;
  const leash = [setpriv, '--pdeathsig', 'KILL'];
  const namespace = unshare === undefined ? undefined : namespaceBy(unshare, leash);
  if (namespace && (await succeeds([...namespace.alone, ...namespace.command]))) return { leash, namespace };
  return (await succeeds(leash)) ? { leash, namespace: undefined } : uncontained;
}

function namespaceBy(unshare: string, leash: readonly string[]): Namespace {
  const isRoot = process.getuid?.() === 0;
  // Root needs no user namespace; in one, it could no longer give files to other users.
  const user = isRoot ? [] : ['--user', '--map-current-user'];
  const shell = [...leash, unshare, ...user, '--pid', '--fork', '--kill-child', '--mount-proc'];
  return {
    alone: [...shell, '/bin/sh', '-c', first, 'sh'],
    shell,
    // Others cannot mount anything.
    command: isRoot ? [unshare, '--mount', '--propagation', 'unchanged'] : [],
  };
}

function find(name: string, path: string): string | undefined {
  const folders = [...path.split(delimiter), '/usr/bin', '/bin'].filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function succeeds([program, ...rest]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program!, [...rest, '/bin/sh', '-c', ':'], { env: {} }, (error) => resolve(error === null));
  });
}
