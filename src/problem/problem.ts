/** Where a user wrote something: in a file, or in a command-line option. Lines and columns count from 1. */
export type Origin =
  | { readonly file: string; readonly line: number; readonly column: number; readonly length?: number }
  | {
      /** The option as it was typed, e.g. `--set params.temperature=abc`. */
      readonly option: string;
      /** The part of it that is meant; all of it if absent. */
      readonly column?: number;
      readonly length?: number;
    };

/** A mistake in what the user wrote: what, where, and what to do next. */
export interface Problem {
  readonly message: string;
  readonly origin: Origin;
  readonly hint?: string;
}
