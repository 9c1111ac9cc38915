/** A place a user wrote something: in a file, or in an option of the command line. */
export type Origin =
  | { readonly file: string; readonly line: number; readonly column: number; readonly length?: number }
  | { readonly option: string };

/** Something wrong in what the user wrote: what, where, and what to do next. */
export interface Problem {
  readonly message: string;
  readonly origin: Origin;
  readonly hint?: string;
}
