import type { Json, JsonObject } from '../../json/json.ts';
import type { Goal } from '../../schema/pipeline.ts';
import type { MissReason } from '../plan/plan.ts';
import type { OutputRecord } from '../record.ts';
import type { RunOutcome } from './events.ts';

/** What became of one stage in a run. */
export interface StageSummary {
  /** The node's id: the stage's, or `student{temperature=4}` in a sweep. */
  readonly id: string;
  /** The stage's id in the pipeline file. */
  readonly stage: string;
  readonly uses: string;
  /** Undefined if it never became known: something it needs has no result. */
  readonly key: string | undefined;
  readonly state: 'hit' | 'ran' | 'failed' | 'skipped';
  /** Why it failed or was skipped; undefined otherwise. */
  readonly because: string | undefined;
  /** Why it ran, or would have to; undefined for a hit, and where its key never became known. */
  readonly reason: MissReason | undefined;
  /** What computing it takes: for a hit, what it took once. */
  readonly seconds: number;
  /** Empty without a result, as are metrics and provenance. */
  readonly outputs: Readonly<Record<string, OutputRecord>>;
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
  /** The name of each output's file or folder. */
  readonly files: Readonly<Record<string, string>>;
  /** The outputs that a report shows, where the pipeline names some. */
  readonly report?: readonly string[];
  /** The swept values of every variant that uses it. */
  readonly variants: readonly Readonly<Record<string, Json>>[];
}

/** What became of a run. */
export interface RunSummary {
  readonly run: string;
  readonly pipeline: string;
  readonly outcome: RunOutcome;
  readonly seconds: number;
  readonly hits: number;
  readonly ran: number;
  readonly failed: number;
  readonly skipped: number;
  /** What its variants are for, if the pipeline says so. */
  readonly goal?: Goal;
  /** In the order of the graph. */
  readonly stages: readonly StageSummary[];
}
