import type { Json, JsonObject } from '../../src/json/json.ts';
import type { GpuUse } from './gpu-use.ts';
import type { Sizes } from './sizes.ts';

/** What a part of the bench may use. */
export interface PartContext {
  /** Aborted once its time is over. */
  readonly signal: AbortSignal;
  /** Whether it runs on a GPU; otherwise on the CPU, to see that it runs. */
  readonly gpu: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where it may keep what a later start goes on from. */
  readonly work: string;
  readonly sizes: Sizes;
  /** The interpreter of PyTorch and JAX. */
  readonly python: string;
  /** A file of the checkout. */
  file(name: string): string;
  /** What the GPU did so far. */
  readonly use: GpuUse;
  /** Writes to the screen and to the log. */
  say(text: string): void;
  /** Writes to the log alone. */
  note(text: string): void;
}

/** What a part found: figures for programs, lines of Markdown for people. */
export interface Findings {
  readonly figures: JsonObject;
  readonly markdown: readonly string[];
}

/** One part of the bench; what becomes of it costs no other. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** Seconds it may take at most. */
  readonly limit: number;
  /** Seconds without which it is not begun. */
  readonly least: number;
  /** It measures no time, so that it may run beside others of its kind. */
  readonly aside?: boolean;
  run(context: PartContext): Promise<Findings>;
}

/** What became of a part, as it is kept: a line of `results.jsonl`. */
export interface PartResult {
  readonly part: string;
  readonly title: string;
  readonly state: 'done' | 'failed' | 'skipped';
  readonly seconds: number;
  readonly reason?: string;
  readonly figures?: Json;
  readonly markdown?: readonly string[];
}

/** An error after which no later part can say anything. */
export class NoUse extends Error {}
