import type { StageRecord } from '../record.ts';

/** Why a stage would run: by field, so that a person can see what changed. */
export type MissReason =
  | { readonly kind: 'never-run' }
  | { readonly kind: 'changed'; readonly changes: readonly FieldChange[] }
  | { readonly kind: 'forced' }
  | { readonly kind: 'object-missing'; readonly output: string }
  | { readonly kind: 'object-damaged'; readonly output: string };

/**
 * One field of the key material that differs from the nearest record, in words: `with.temperature: 10 -> 4`,
 * `input logits.logits: 3fa2… -> 91bc…`, `definition train-student: version 3 -> 4`.
 */
export interface FieldChange {
  readonly field: string;
  /** Undefined where the record had no such field. */
  readonly before: string | undefined;
  /** Undefined where the field is gone. */
  readonly after: string | undefined;
}

/** What running would do with a stage. */
export type Forecast =
  | { readonly state: 'hit'; readonly key: string; readonly record: StageRecord }
  | { readonly state: 'miss'; readonly key: string; readonly reason: MissReason }
  /** Its key is not known before these stages have run. */
  | { readonly state: 'after'; readonly after: readonly string[] };

/** A stage and what running would do with it. */
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
