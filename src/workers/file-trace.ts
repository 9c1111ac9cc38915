import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** System calls that open a file or start a program; `?`: if the machine has it. */
const calls = ['?open', 'openat', '?openat2', '?creat', 'execve'];

/**
 * The command line of strace, before the traced program: all threads and children, only the relevant calls, and the path that a call
 * resolved to. With seccomp, other calls run at full speed.
 */
export function traceArguments(output: string): readonly string[] {
  return ['-f', '--seccomp-bpf', '-qq', '-y', '-s', '0', '-e', `trace=${calls.join(',')}`, '-o', output];
}

/** Why the files that processes open are unknown on this machine, in one clause; undefined if they are known. */
export async function whyUntraceable(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'strace, which shows them, needs Linux';
  try {
    await execute('strace', [...traceArguments('/dev/null'), 'true'], { env: environment });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'strace, which shows them, is not installed';
    return 'strace, which shows them, may not watch processes here';
  }
}

/** Files that the processes of a trace opened, absolute and without symlinks, each once, in their order. */
export interface OpenedFiles {
  /** For reading or execution, except those that they had written themselves. */
  readonly read: readonly string[];
  readonly written: readonly string[];
}

/** Reads the output of strace, started as above. */
export function openedFiles(trace: string): OpenedFiles {
  const read = new Set<string>();
  const written = new Set<string>();
  for (const call of finishedCalls(trace)) {
    const program = /^execve\("(\/[^"]*)".* += 0$/u.exec(call)?.[1];
    if (program !== undefined) read.add(unescaped(program));
    const [, flags, opened] = opening.exec(call) ?? [];
    if (opened === undefined || /O_DIRECTORY|O_PATH/u.test(flags ?? '')) continue;
    const path = unescaped(opened);
    if (call.startsWith('creat') || /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/u.test(flags ?? '')) written.add(path);
    else if (!written.has(path)) read.add(path);
  }
  return { read: [...read], written: [...written] };
}

/** `openat(AT_FDCWD</home/me>, "a.txt", O_RDONLY|O_CLOEXEC) = 3</home/me/a.txt>`: the flags, and the resolved path. */
const opening = /^(?:open|creat)\w*\(.*?"(?:[^"\\]|\\.)*"(?:\.\.\.)?(?:, ([^"]*?))?\) += \d+<(\/.*)>$/u;

/** The calls, in the order of their return; a call that other lines interrupt is joined. */
function finishedCalls(trace: string): readonly string[] {
  const begun = new Map<string, string>();
  return trace.split('\n').flatMap((line) => {
    const [, process = '', text = ''] = /^(\d+) +(.*)$/u.exec(line) ?? [];
    const beginning = /^(.*) <unfinished \.\.\.>$/u.exec(text)?.[1];
    if (beginning !== undefined) {
      begun.set(process, beginning);
      return [];
    }
    const end = /^<\.\.\. \w+ resumed>(.*)$/u.exec(text)?.[1];
    return [end === undefined ? text : `${begun.get(process) ?? ''}${end}`];
  });
}

/**
 * strace writes bytes other than printable ASCII as `\303`, `
 * `, `\76`.
 */
function unescaped(text: string): string {
  const bytes = text.replaceAll(/\\([0-7]{1,3}|.)/gu, (_, code: string) =>
    /^[0-7]/u.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (shortEscapes[code] ?? code),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const shortEscapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };
