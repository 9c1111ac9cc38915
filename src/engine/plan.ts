/** Why a stage would run: by field, so that a person can see what changed. */
export type MissReason =
  | { readonly kind: 'never-run' }
  | { readonly kind: 'changed'; readonly changes: readonly FieldChange[] }
  | { readonly kind: 'forced' }
  | { readonly kind: 'object-missing'; readonly output: string }
  | { readonly kind: 'object-damaged'; readonly output: string };

/** One field of the key material that differs from the nearest record: `with.temperature: 10 -> 4`. */
export interface FieldChange {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}
