import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/**
 * The environment variable that tells which stage a process belongs to: the session in the store, the key, the attempt, with `/` between.
 */
export const markVariable = 'PIPE_STAGE';

/** The beginning of a mark, shared by all processes of a session. */
export function sessionOf(mark: string): string {
  return mark.slice(0, mark.indexOf('/') + 1);
}

/** How long processes may take to end after they were killed. */
const patienceMilliseconds = 5_000;
const pauseMilliseconds = 5;

/** The status of a process as /proc shows it. */
interface ProcessStatus {
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  /** In ticks of the system since its boot. */
  readonly started: number;
}

/** Its id may belong to another process later, but not with the same start. */
type ProcessInstance = Pick<ProcessStatus, 'started'> & { readonly pid: number };

/**
 * Kills what this process started under a mark, as `endMarked` does, but faster: processes that are older than this one cannot have the mark, so
 * their environments are not read.
 */
export function endOwnMarked(mark: string): readonly number[] {
  ownStart ??= statusOf('self')?.started ?? 0;
  return endMarked(mark, ownStart);
}

let ownStart: number | undefined;

/**
 * Kills every process with a mark that begins like this, the processes that they started, and the members of a session that one of them
 * leads. Repeats this until none is left, because they may keep starting others. Sees only processes of this host, and only on Linux.
 * @param since when the first of them can have started, as in ProcessStatus; by default, they may be older than this process, as those of
 * another pipe process are.
 * @returns the ids of the processes that are left, which may not be killed or do not end.
 */
export function endMarked(beginning: string, since = 0): readonly number[] {
  const deadline = performance.now() + patienceMilliseconds;
  // A killed process may still run when neither its environment nor its parent shows the mark any more.
  const ending = new Map<number, ProcessInstance>();
  // A process that was just starting another during the first pass is found in the second.
  for (let calmLooks = 0; calmLooks < 2; ) {
    for (const each of ownedBy(beginning, since)) ending.set(each.pid, each);
    for (const each of ending.values()) if (!runsStill(each)) ending.delete(each.pid);
    const left = [...ending.keys()];
    if (left.length > 0 && performance.now() > deadline) return left;
    calmLooks = left.length === 0 ? calmLooks + 1 : 0;
    for (const pid of left) kill(pid, 'SIGKILL');
    if (left.length > 0) pause();
  }
  return [];
}

/** Sends a signal; does nothing if the process is gone or belongs to another user. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function ownedBy(beginning: string, since: number): readonly ProcessInstance[] {
  const entries = processIds().flatMap((pid) => entryOf(pid, beginning, since) ?? []);
  const owned = new Set(entries.filter(({ isMarked }) => isMarked).map(({ pid }) => pid));
  for (let size = 0; size !== owned.size; ) {
    size = owned.size;
    for (const { pid, parent, session } of entries) if (owned.has(parent) || owned.has(session)) owned.add(pid);
  }
  owned.delete(process.pid);
  return entries.filter(({ pid }) => owned.has(pid));
}

/** False if it has ended, even if another process has its id now. */
function runsStill({ pid, started }: ProcessInstance): boolean {
  const status = statusOf(pid);
  return status?.started === started && !hasEnded(status);
}

function hasEnded({ state }: ProcessStatus): boolean {
  return state === 'Z' || state === 'X';
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  } catch {
    // Only Linux has it.
    return [];
  }
}

/** Undefined if the process is gone, older, or belongs to another user. */
function entryOf(pid: number, beginning: string, since: number) {
  const status = statusOf(pid);
  if (!status || status.started < since || hasEnded(status)) return undefined;
  try {
    const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
    return { pid, ...status, isMarked: environment.includes(`\0${markVariable}=${beginning}`) };
  } catch {
    return undefined;
  }
}

/** Larger than any status. */
const statusBuffer = Buffer.alloc(4096);

/** Undefined if the process is gone. */
function statusOf(pid: number | 'self'): ProcessStatus | undefined {
  let file: number | undefined;
  try {
    file = openSync(`/proc/${pid}/stat`, 'r');
    const text = statusBuffer.toString('latin1', 0, readSync(file, statusBuffer));
    // The name of the command, in parentheses, may itself contain spaces and parentheses. See proc(5) for the fields: these begin with the third.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', parent, , session] = fields;
    return { state, parent: Number(parent), session: Number(session), started: Number(fields[19]) };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMilliseconds);
}
