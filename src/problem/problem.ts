/** A place a user wrote something: in a file, or in an option of the command line. Lines and columns count from 1. */
export type Origin =
  | { readonly file: string; readonly line: number; readonly column: number; readonly length?: number }
  | {
      /** The option as it was typed, e.g. `--set params.temperature=abc`. */
      readonly option: string;
      /** Which part of it is meant; all of it where absent. */
      readonly column?: number;
      readonly length?: number;
    };

/** Something wrong in what the user wrote: what, where, and what to do next. */
export interface Problem {
  readonly message: string;
  readonly origin: Origin;
  readonly hint?: string;
}
