import type { Json, JsonObject } from '../../json/json.ts';
import type { Goal } from '../../schema/pipeline.ts';
import type { MissReason } from '../plan/plan.ts';
import type { OutputRecord } from '../record.ts';
import type { Elsewhere } from '../store/contract.ts';
import type { RunOutcome } from './events.ts';

/** The result of one stage in a run. */
export interface StageSummary {
  /** The id of the node: that of the stage, or `student{temperature=4}` in a sweep. */
  readonly id: string;
  /** The stage's id in the pipeline file. */
  readonly stage: string;
  readonly uses: string;
  /** Undefined if it never became known, because something that it needs has no result. */
  readonly key: string | undefined;
  readonly state: 'hit' | 'ran' | 'failed' | 'skipped';
  /** Why it failed or was skipped; undefined otherwise. */
  readonly because: string | undefined;
  /** Where a reused result was found, if not in this store. */
  readonly from?: Elsewhere;
  /** Why it ran, or would have to; undefined for a hit, or if its key never became known. */
  readonly reason: MissReason | undefined;
  /** How long computing it takes: for a hit, how long it took originally. */
  readonly seconds: number;
  /** Empty without a result, like metrics and provenance. */
  readonly outputs: Readonly<Record<string, OutputRecord>>;
  readonly metrics: JsonObject;
  readonly provenance: JsonObject;
  /** The name of each output's file or folder. */
  readonly files: Readonly<Record<string, string>>;
  /** The outputs that a report shows, if the pipeline names some. */
  readonly report?: readonly string[];
  /** The swept values of every variant that uses it. */
  readonly variants: readonly Readonly<Record<string, Json>>[];
}

/** The result of a run. */
export interface RunSummary {
  readonly run: string;
  readonly pipeline: string;
  readonly outcome: RunOutcome;
  readonly seconds: number;
  readonly hits: number;
  readonly ran: number;
  readonly failed: number;
  readonly skipped: number;
  /** The metric that its variants are judged by, if the pipeline names one. */
  readonly goal?: Goal;
  /** In the order of the graph. */
  readonly stages: readonly StageSummary[];
}
