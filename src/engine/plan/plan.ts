import type { StageRecord } from '../record.ts';
import type { Elsewhere } from '../store/contract.ts';

/** Why a stage would run, by field, so that users can see what changed. */
export type MissReason =
  /** This stage has no earlier result here; `like` is the nearest one of its kind, of another stage or pipeline. */
  | { readonly kind: 'never-run'; readonly like?: EarlierResult & { readonly changes: readonly FieldChange[] } }
  /** Compared with the nearest earlier result of this stage; logs of earlier versions do not contain which one that is. */
  | { readonly kind: 'changed'; readonly changes: readonly FieldChange[]; readonly against?: EarlierResult }
  | { readonly kind: 'forced' }
  | { readonly kind: 'object-missing'; readonly output: string }
  | { readonly kind: 'object-damaged'; readonly output: string };

/** An earlier result that something is compared with. */
export interface EarlierResult {
  readonly key: string;
  readonly stage: string;
  readonly pipeline: string;
  /** ISO 8601, UTC. */
  readonly finished: string;
}

/**
 * One field of the key material that differs from the nearest record, as text: `with.temperature: 10 -> 4`, `input logits.logits: 3fa2… ->
 * 91bc…`, `definition train-student: version 3 -> 4`.
 */
export interface FieldChange {
  readonly field: string;
  /** Undefined if the record had no such field. */
  readonly before: string | undefined;
  /** Undefined if the field is gone. */
  readonly after: string | undefined;
}

/** What a run would do with a stage. */
export type Forecast =
  | {
      readonly state: 'hit';
      readonly key: string;
      readonly record: StageRecord;
      /** Where it was found, if not in this store. */
      readonly from?: Elsewhere;
    }
  | { readonly state: 'miss'; readonly key: string; readonly reason: MissReason }
  /** Its key is not known before these stages have run. */
  | { readonly state: 'after'; readonly after: readonly string[] };

/** A stage, and what a run would do with it. */
export interface PlannedStage {
  readonly id: string;
  readonly uses: string;
  readonly forecast: Forecast;
}

/** What a run would do, in the order of the graph. */
export interface Plan {
  readonly pipeline: string;
  readonly stages: readonly PlannedStage[];
}
