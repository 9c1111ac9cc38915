import type { Json, JsonObject } from '../../json/json.ts';
import type { Goal } from '../../schema/pipeline.ts';
import type { Progress } from '../definition.ts';
import type { MissReason } from '../plan/plan.ts';
import type { OutputRecord } from '../record.ts';
import type { Elsewhere } from '../store/contract.ts';

/** A stage as displays need it: its place in the graph before anything runs. */
export interface StageOutline {
  /** The id of the node: that of the stage, or `student{temperature=4}` in a sweep. */
  readonly id: string;
  /** The stage's id in the pipeline file. */
  readonly stage: string;
  readonly uses: string;
  readonly lane: string;
  readonly needs: readonly string[];
  /** The name of each output's file or folder. */
  readonly files: Readonly<Record<string, string>>;
  /** The outputs that a report shows, if the pipeline names some. */
  readonly report?: readonly string[];
  /** The swept values of every variant that uses it. */
  readonly variants: readonly Readonly<Record<string, Json>>[];
}

/** How a run ended. A frozen run that would have had to compute something has failed. */
export type RunOutcome = 'done' | 'failed' | 'interrupted';

/** Everything that can happen in a run, in the order it happens. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly pipeline: string;
      /** What its variants are for, if the pipeline says so. */
      readonly goal?: Goal;
      readonly stages: readonly StageOutline[];
    }
  | {
      readonly type: 'stage-hit';
      readonly stage: string;
      readonly key: string;
      readonly outputs: Readonly<Record<string, OutputRecord>>;
      readonly metrics: JsonObject;
      readonly provenance: JsonObject;
      /** The time that computing it took originally. */
      readonly savedSeconds: number;
      /** Where it was found, if not in this store. */
      readonly from?: Elsewhere;
    }
  | { readonly type: 'stage-waiting'; readonly stage: string; readonly key: string; readonly holder: string }
  | {
      readonly type: 'stage-started';
      readonly stage: string;
      readonly key: string;
      readonly reason: MissReason;
      /** 1 for the first attempt, 2 for the first retry. */
      readonly attempt: number;
    }
  /** It continues from the end of a shorter computation, in which `field` was `value`. */
  | {
      readonly type: 'stage-continued';
      readonly stage: string;
      readonly key: string;
      readonly field: string;
      readonly value: number;
    }
  | { readonly type: 'stage-progress'; readonly stage: string; readonly progress: Progress }
  /** The output of its processes as it arrives: not split into lines, and without secrets. */
  | { readonly type: 'stage-output'; readonly stage: string; readonly text: string }
  | { readonly type: 'stage-warning'; readonly stage: string; readonly message: string }
  | {
      readonly type: 'stage-finished';
      readonly stage: string;
      readonly key: string;
      readonly seconds: number;
      readonly outputs: Readonly<Record<string, OutputRecord>>;
      readonly metrics: JsonObject;
      readonly provenance: JsonObject;
    }
  | {
      readonly type: 'stage-failed';
      readonly stage: string;
      readonly seconds: number;
      readonly message: string;
      readonly hint: string | undefined;
      /** The stack of an unexpected error, for the developer who fixes it. */
      readonly stack: string | undefined;
    }
  | {
      readonly type: 'stage-skipped';
      readonly stage: string;
      /** Undefined if it never became known, because something that the stage needs has no result. */
      readonly key: string | undefined;
      /** Why it would have had to run, if that is known. */
      readonly reason: MissReason | undefined;
      readonly because: string;
    }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'run-finished'; readonly outcome: RunOutcome; readonly seconds: number };

/** A listener of a run's events. */
export type RunListener = (event: RunEvent) => void;
