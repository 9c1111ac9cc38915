import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** Where and when numbers were measured; without this, they mean nothing. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly gpu: string | undefined;
  /** Processes that wanted to run in the last minute before the bench. */
  readonly load: number;
  readonly commit: string;
  readonly date: string;
}

/** Describes this machine and this checkout. */
export function describeMachine(gpu: boolean): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    gpu: gpu ? ask('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader']) : undefined,
    load: Number(loadavg()[0]?.toFixed(1)),
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** The machine on one line. */
export function headLine({ processor, cores, memoryGiB, gpu, load, commit, date }: Machine): string {
  const parts = [gpu, processor, `${cores} cores`, `${memoryGiB} GiB`, `load ${load} before`];
  return `${parts.filter(Boolean).join(', ')}; commit ${commit}; ${date}`;
}

function commit(): string {
  const hash = ask('git', ['rev-parse', '--short', 'HEAD']);
  if (hash === undefined) return 'unknown';
  return ask('git', ['status', '--porcelain']) ? `${hash}, with changes` : hash;
}

function ask(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
