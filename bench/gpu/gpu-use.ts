import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The activity of the GPU over some time. */
export interface Use {
  /** Share of the time in which at least one kernel ran, as the driver counts it, from 0 to 1. */
  readonly busy: number;
  readonly mostMiB: number;
  readonly watts: number;
  readonly samples: number;
}

/** The result of one query. */
interface Sample {
  readonly at: number;
  readonly busy: number;
  readonly mebibytes: number;
  readonly watts: number;
}

const everyMilliseconds = 200;

/** Queries the GPU continuously through nvidia-smi while it is open; has no data if there is no GPU. */
export class GpuUse {
  readonly #child: ChildProcess | undefined;
  readonly #samples: Sample[] = [];

  constructor(isThere: boolean) {
    if (!isThere) return;
    const query = '--query-gpu=timestamp,utilization.gpu,memory.used,power.draw';
    const child = spawn('nvidia-smi', [query, '--format=csv,noheader,nounits', '-lms', String(everyMilliseconds)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.on('error', () => {});
    // Until the error arrives, Node's `kill` on a process that could not be started signals process 0: the own process group.
    if (child.pid === undefined) return;
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#samples.push(...parse(line)));
  }

  /** The activity of the GPU between two times, in milliseconds since 1970; undefined without data. */
  between(from: number, to: number): Use | undefined {
    const seen = this.#samples.filter(({ at }) => at >= from && at <= to);
    if (seen.length === 0) return undefined;
    const mean = (of: (sample: Sample) => number) => seen.reduce((sum, sample) => sum + of(sample), 0) / seen.length;
    return {
      busy: mean(({ busy }) => busy),
      mostMiB: Math.max(...seen.map(({ mebibytes }) => mebibytes)),
      watts: mean(({ watts }) => watts),
      samples: seen.length,
    };
  }

  close(): void {
    this.#child?.kill();
  }
}

/** One activity as text. */
export function inWords(use: Use | undefined): string {
  if (!use) return 'not measured';
  return `${(use.busy * 100).toFixed(0)} % busy, ${use.mostMiB} MiB at most, ${use.watts.toFixed(0)} W`;
}

/** A line of nvidia-smi; several GPUs are treated alike. */
function parse(line: string): Sample[] {
  const [time = '', busy, mebibytes, watts] = line.split(', ');
  // 2026/11/26 09:41:18.123, in the machine's own time.
  const sample = {
    at: new Date(time.replaceAll('/', '-').replace(' ', 'T')).getTime(),
    busy: Number(busy) / 100,
    mebibytes: Number(mebibytes),
    watts: Number(watts) || 0,
  };
  return Number.isFinite(sample.at) && Number.isFinite(sample.busy) ? [sample] : [];
}
