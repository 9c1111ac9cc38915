import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes of this machine whose command line contains a text. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && commandLineOf(pid).includes(text));
}

/** Ids of the processes of this machine with just this command line: not of a shell that is still to start it. */
export function processesRunning(line: string): readonly number[] {
  return processesWith(line).filter((pid) => commandLineOf(pid).trim() === line);
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Ids of the processes that this one started, and that have not ended. */
export function children(): readonly number[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
