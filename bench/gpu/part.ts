import type { Json, JsonObject } from '../../src/json/json.ts';
import type { GpuUse } from './gpu-use.ts';
import type { Sizes } from './sizes.ts';

/** The context of a part of the bench. */
export interface PartContext {
  /** Aborted when its time is over. */
  readonly signal: AbortSignal;
  /** Whether it runs on a GPU; otherwise on the CPU, to test that it works. */
  readonly gpu: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder for data from which a later start continues. */
  readonly work: string;
  readonly sizes: Sizes;
  /** The interpreter of PyTorch and JAX. */
  readonly python: string;
  /** A file of the checkout. */
  file(name: string): string;
  /** The activity of the GPU so far. */
  readonly use: GpuUse;
  /** Writes to the screen and to the log. */
  say(text: string): void;
  /** Writes only to the log. */
  note(text: string): void;
}

/** The results of a part: numbers for programs, lines of Markdown for people. */
export interface Findings {
  readonly figures: JsonObject;
  readonly markdown: readonly string[];
}

/** One part of the bench; a failure does not affect the others. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** Seconds it may take at most. */
  readonly limit: number;
  /** Without this many seconds left, it is not started. */
  readonly least: number;
  /** It measures no time, so it may run at the same time as others of its kind. */
  readonly aside?: boolean;
  run(context: PartContext): Promise<Findings>;
}

/** The stored result of a part: a line of `results.jsonl`. */
export interface PartResult {
  readonly part: string;
  readonly title: string;
  readonly state: 'done' | 'failed' | 'skipped';
  readonly seconds: number;
  readonly reason?: string;
  readonly figures?: Json;
  readonly markdown?: readonly string[];
}

/** The result of each part: the newest measured one, otherwise why there is none. @param lines of `results.jsonl`. */
export function countingResults(lines: string): ReadonlyMap<string, PartResult> {
  const found = new Map<string, PartResult>();
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const result = JSON.parse(line) as PartResult;
    const before = found.get(result.part)?.state;
    // A later run in which a part failed or had no time removes no measurement, and one without time hides no failure.
    const rank = { skipped: 0, failed: 1, done: 2 };
    if (before === undefined || rank[result.state] >= rank[before]) found.set(result.part, result);
  }
  return found;
}

/** An error after which no later part can work. */
export class NoUse extends Error {}
